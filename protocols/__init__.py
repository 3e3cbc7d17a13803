"""Measurement protocols: PyMeasure procedures that use a device and emit records."""

from protocols.base import NadoProcedure
from protocols.characterise import Characterise
from protocols.columns import ROW, Column, Coordinate
from protocols.device import MeasuringDevice, Response
from protocols.drives import Drives
from protocols.errors import ProtocolError
from protocols.parameters import configure, describe, parse_assignments
from protocols.plain import PlainAdapter, adapted
from protocols.playback import Plan, Playback
from protocols.registry import PROTOCOLS, load_protocol, protocol_name
from protocols.replay import Replay
from protocols.reservoir_metrics import ReservoirMetrics, effective_rank, reservoir_metrics

__all__ = [
    "PROTOCOLS",
    "ROW",
    "Characterise",
    "Column",
    "Coordinate",
    "Drives",
    "MeasuringDevice",
    "NadoProcedure",
    "PlainAdapter",
    "Plan",
    "Playback",
    "ProtocolError",
    "Replay",
    "ReservoirMetrics",
    "Response",
    "adapted",
    "configure",
    "describe",
    "effective_rank",
    "load_protocol",
    "parse_assignments",
    "protocol_name",
    "reservoir_metrics",
]
