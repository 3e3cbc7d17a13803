"""TDMS, as LabVIEW writes it, by npTDMS."""

from pathlib import Path

from nado_lab.lab.store.imports.array_file import (
    ArrayFile,
    FileArray,
    library,
    read_errors,
    units_among,
    without_empty,
)
from nado_lab.lab.store.imports.options import ImportOptions

INCREMENT = "wf_increment"
"""Seconds between two samples of a waveform channel (NI, The NI TDMS File Format)."""


def read(path: Path, _options: ImportOptions) -> ArrayFile:
    """Read every channel as `group/channel`, with its units and the time between its samples, if told."""
    tdms = library("nptdms", "npTDMS", path)
    arrays, steps = {}, set()
    with read_errors(path, "TDMS"):
        for group in tdms.TdmsFile.read(path).groups():
            for channel in group.channels():
                arrays[f"{group.name}/{channel.name}"] = FileArray(
                    channel[:], units_among(channel.properties.items())
                )
                steps.add(channel.properties.get(INCREMENT))
    increments = [float(step) for step in steps if isinstance(step, int | float) and step > 0]
    sample_s = increments[0] if len(increments) == 1 else None
    return ArrayFile(path, without_empty(arrays), sample_s=sample_s)
