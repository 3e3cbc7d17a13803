"""Measurement protocols: PyMeasure procedures that use roles and emit records."""
