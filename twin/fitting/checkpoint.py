"""An unfinished fit on disk: one safetensors file (its header holds JSON), written whole or not at all."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import torch
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.errors import FileError, TwinError
from nado_lab.twin.files.tensors import read_file, save_file
from nado_lab.twin.model.twin import Twin
from nado_lab.twin.records.card import TwinCard
from nado_lab.twin.records.json_object import JsonObject
from nado_lab.twin.records.settings import FitSettings
from nado_lab.twin.records.spec import ModelSpec
from torch import Tensor

SCHEMA = "nado-fit/1"


@dataclass(frozen=True)
class Unfinished:
    """What a checkpoint holds: the notes of its header, and all tensors by name."""

    path: Path
    notes: JsonObject
    tensors: dict[str, Tensor]

    @property
    def settings(self) -> FitSettings:
        """Return the settings that the fit began with."""
        try:
            return FitSettings.from_json(self.notes["settings"])
        except (KeyError, TypeError, AttributeError, TwinError) as error:
            raise FileError(f"{self.path} does not tell the settings of its fit: {error!r}") from error

    def under(self, name: str) -> dict[str, Tensor]:
        """Return the tensors whose names begin with `name`, without it."""
        mark = f"{name}/"
        return {key.removeprefix(mark): t for key, t in self.tensors.items() if key.startswith(mark)}

    def twin(self, trials: Trials) -> Twin:
        """Rebuild the twin as it stood, for the trials it is fitted to."""
        try:
            twin = Twin(
                ModelSpec.from_json(self.notes["model"]), trials.channels, trials.units, trials.step_s
            )
            twin.basis.set_precision(trials.readout.dtype)
            twin.load_state_dict(self.under("twin"))
            twin.card = TwinCard.from_json(self.notes["card"])
        except (KeyError, TypeError, ValueError, RuntimeError, TwinError) as error:
            raise FileError(f"{self.path} does not hold the twin that it describes: {error}") from error
        return twin.train()


def write(path: Path, notes: JsonObject, tensors: dict[str, Tensor]) -> None:
    """Write a checkpoint over the one before; a crash leaves one of the two."""
    save_file(path, tensors, {"nado": json.dumps({"schema": SCHEMA} | notes, allow_nan=False)})


def read_unfinished(path: str | Path) -> Unfinished:
    """Read a checkpoint; what is missing, cut off or of another kind is refused."""
    path = Path(path)
    if not path.is_file():
        raise FileError(f"there is no unfinished fit at {path}: begin one without --resume")
    header, tensors = read_file(path)
    try:
        notes = json.loads(header.get("nado", "null"))
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path} cannot be read as an unfinished fit: {error}") from error
    found = cast("JsonObject", notes) if isinstance(notes, dict) else {}
    if found.get("schema") != SCHEMA:
        raise FileError(f"{path} is no unfinished fit: schema {SCHEMA!r} was expected")
    return Unfinished(path, found, tensors)


def state_of(name: str, thing: torch.nn.Module | torch.optim.Optimizer) -> dict[str, Tensor]:
    """Name every tensor of a module's or optimiser's state."""
    if isinstance(thing, torch.nn.Module):
        return {f"{name}/{key}": tensor for key, tensor in thing.state_dict().items()}
    moments = thing.state_dict()["state"]
    return {f"{name}/{i}/{key}": torch.as_tensor(v) for i, m in moments.items() for key, v in m.items()}


def set_state(thing: torch.nn.Module | torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Set the state that `state_of` named."""
    if isinstance(thing, torch.nn.Module):
        thing.load_state_dict(tensors)
        return
    moments: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        number, _, key = name.partition("/")
        moments.setdefault(int(number), {})[key] = tensor
    thing.load_state_dict({"state": moments, "param_groups": thing.state_dict()["param_groups"]})


def fingerprint(trials: Trials) -> str:
    """Return a hash of what is fitted."""
    told = hashlib.sha256()
    for tensor in (trials.drive, trials.readout, trials.sequence, trials.initial):
        told.update(b"none" if tensor is None else tensor.contiguous().numpy().tobytes())
    return told.hexdigest()
