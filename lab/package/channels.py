"""What the channels of a readout lie along, where they are a spectrum or a trace."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ChannelAxis:
    """The axis of a spectrum or a trace: a value a channel, in the SI unit `unit` (frequencies in Hz)."""

    name: str
    unit: str
    values: tuple[float, ...]
