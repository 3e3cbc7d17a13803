"""Errors of the run store that a person can act on."""

from nado_lab.lab.errors import LabError


class StoreError(LabError):
    """Say that a run cannot be created, opened, written or read, and why."""
