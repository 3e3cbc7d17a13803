"""Measurement protocols: PyMeasure procedures that use a device and emit records."""

from protocols.columns import ROW, Column, Coordinate

__all__ = ["ROW", "Column", "Coordinate"]
