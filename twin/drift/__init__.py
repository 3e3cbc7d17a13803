"""Drift between a twin and its device: found, followed by the twin, or undone at the device."""
