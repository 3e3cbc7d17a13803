"""Spoken words as tasks: recordings in WAV files, and front ends that turn sound into features."""
