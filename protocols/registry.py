"""The table of protocols by name: a new one is a new file and a line here, or a plug-in."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from nado_lab.plugins import Registry
from nado_lab.protocols.base import NadoProcedure
from nado_lab.protocols.errors import ProtocolError
from nado_lab.protocols.plain_procedure import as_protocol
from nado_lab.protocols.pymeasure_types import Procedure

_BUILT_IN = {
    "characterise": "nado_lab.protocols.characterise:Characterise",
    "repeats": "nado_lab.protocols.repeats:Repeats",
    "hysteresis": "nado_lab.protocols.sweeps:Hysteresis",
    "spectrum_map": "nado_lab.protocols.sweeps:SpectrumMap",
    "calibrate_axes": "nado_lab.protocols.calibrate_axes:CalibrateAxes",
    "calibrate_field": "nado_lab.protocols.calibrate_field:CalibrateField",
    "bias_scan": "nado_lab.protocols.bias_scan:BiasScan",
    "memory": "nado_lab.protocols.memory:Memory",
    "drift_watch": "nado_lab.protocols.drift_watch:DriftWatch",
    "drives": "nado_lab.protocols.drives:Drives",
    "episodes": "nado_lab.protocols.episodes:Episodes",
    "replay": "nado_lab.protocols.replay:Replay",
}


def _complaint(_: str, found: object) -> str:
    is_one = isinstance(found, type) and issubclass(found, Procedure)
    return "" if is_one else f"expected a PyMeasure Procedure, got {found!r}"


PROTOCOLS = Registry[type[Procedure]](
    "protocols",
    "protocol",
    _BUILT_IN,
    complaint=_complaint,
    error=ProtocolError,
)
OLDER_NAMES = {"fmr_map": "spectrum_map"}
"""Names of older versions, which stand in stored runs."""

EPISODES = "episodes"
NEEDS_A_PROGRAM = ("drives", EPISODES)
"""Protocols that a program uses: parameters alone do not say what they do."""


def protocols_to_choose() -> tuple[str, ...]:
    """Name the protocols that a person can run: parameters say all that they need."""
    return tuple(name for name in PROTOCOLS if name not in NEEDS_A_PROGRAM)


def is_file(name: str) -> bool:
    """Tell whether a name means a class in a user's own file, whose code runs when it is loaded."""
    return name.rpartition(":")[0].endswith(".py")


def load_protocol(name: str) -> type[NadoProcedure]:
    """Find a protocol by its name, or a user's own as `path/to/file.py:Class`; a plain one is wrapped."""
    if is_file(name):
        file, _, member = name.rpartition(":")
        return _from_file(Path(file), member)
    name = OLDER_NAMES.get(name, name)
    if name not in PROTOCOLS:
        known, hint = ", ".join(protocols_to_choose()), PROTOCOLS.hint(name)
        raise ProtocolError(
            f"there is no protocol {name!r}; there are: {known}, or your own file.py:Class{hint}"
        )
    found = PROTOCOLS.load(name)
    if issubclass(found, NadoProcedure):
        return found
    made = as_protocol(found)
    made.protocol_reference = name  # type: ignore[attr-defined]
    return made


def protocol_name(procedure: object) -> str:
    """Give the name by which `load_protocol` finds the class of a procedure."""
    own = getattr(type(procedure), "protocol_reference", "")
    target = f"{type(procedure).__module__}:{type(procedure).__qualname__}"
    return own or PROTOCOLS.name_of(target) or target


def _from_file(path: Path, member: str) -> type[NadoProcedure]:
    found = getattr(_run_module(path), member, None)
    if not (isinstance(found, type) and issubclass(found, Procedure)):
        raise ProtocolError(f"{path} has no PyMeasure Procedure called {member!r}")
    made = as_protocol(found)
    made.protocol_reference = f"{path.resolve()}:{member}"  # type: ignore[attr-defined]
    return made


def _run_module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"user_protocol_{path.stem}", path)
    if spec is None or spec.loader is None or not path.exists():
        raise ProtocolError(f"{path} does not exist; expected file.py:Class")
    module = importlib.util.module_from_spec(spec)
    _let_import_from(path.resolve().parent)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ProtocolError(f"{path} cannot be imported: {type(error).__name__}: {error}") from error
    return module


def _let_import_from(folder: Path) -> None:
    """Let a file import its neighbours, as `python file.py` does."""
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
