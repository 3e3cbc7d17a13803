"""Drivers of other libraries in our roles: `pymeasure`, `qcodes`, `ophyd`, a few lines each.

Code uses them (a driver of a plug-in), a setup file never names them: what a file names must be registered.
None of these libraries is imported here; a driver hands its class over.
"""
