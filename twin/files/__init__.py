"""Twins and other tensors on disk."""
