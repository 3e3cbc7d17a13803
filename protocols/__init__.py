"""Measurement protocols: PyMeasure procedures that use a device and emit records.

The names are imported when they are first used: whoever only reads runs needs no PyMeasure.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nado_lab.protocols.base import NadoProcedure
    from nado_lab.protocols.capacity import InformationCapacity, information_capacity
    from nado_lab.protocols.characterise import Characterise
    from nado_lab.protocols.columns import ROW, Column, Coordinate, Row
    from nado_lab.protocols.device import MeasuringDevice, Response
    from nado_lab.protocols.drives import Drives
    from nado_lab.protocols.errors import ProtocolError
    from nado_lab.protocols.metrics import (
        ReservoirMetrics,
        effective_rank,
        generalisation_rank,
        reservoir_metrics,
    )
    from nado_lab.protocols.parameters import ParameterDescription, configure, describe, parse_assignments
    from nado_lab.protocols.plain_procedure import PlainProcedure, as_protocol
    from nado_lab.protocols.playback import Playback, TrialPlan
    from nado_lab.protocols.registry import (
        PROTOCOLS,
        is_file,
        load_protocol,
        protocol_name,
        protocols_to_choose,
    )
    from nado_lab.protocols.replay import Replay

__all__ = [
    "PROTOCOLS",
    "ROW",
    "Characterise",
    "Column",
    "Coordinate",
    "Drives",
    "InformationCapacity",
    "MeasuringDevice",
    "NadoProcedure",
    "ParameterDescription",
    "PlainProcedure",
    "Playback",
    "ProtocolError",
    "Replay",
    "ReservoirMetrics",
    "Response",
    "Row",
    "TrialPlan",
    "as_protocol",
    "configure",
    "describe",
    "effective_rank",
    "generalisation_rank",
    "information_capacity",
    "is_file",
    "load_protocol",
    "parse_assignments",
    "protocol_name",
    "protocols_to_choose",
    "reservoir_metrics",
]

_MODULES = {
    "Characterise": "characterise",
    "Column": "columns",
    "Coordinate": "columns",
    "Drives": "drives",
    "InformationCapacity": "capacity",
    "MeasuringDevice": "device",
    "NadoProcedure": "base",
    "PROTOCOLS": "registry",
    "ParameterDescription": "parameters",
    "PlainProcedure": "plain_procedure",
    "TrialPlan": "playback",
    "Playback": "playback",
    "ProtocolError": "errors",
    "ROW": "columns",
    "Replay": "replay",
    "ReservoirMetrics": "metrics",
    "Response": "device",
    "Row": "columns",
    "as_protocol": "plain_procedure",
    "configure": "parameters",
    "describe": "parameters",
    "effective_rank": "metrics",
    "generalisation_rank": "metrics",
    "information_capacity": "capacity",
    "is_file": "registry",
    "load_protocol": "registry",
    "parse_assignments": "parameters",
    "protocol_name": "registry",
    "protocols_to_choose": "registry",
    "reservoir_metrics": "metrics",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module 'protocols' has no attribute {name!r}")
    return getattr(import_module(f"nado_lab.protocols.{_MODULES[name]}"), name)
