"""Twin files: a directory `name.twin/` of weights.safetensors and card.json. Loading one runs no code."""

from __future__ import annotations

import json
import math
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from nado_lab.twin.errors import FileError, TwinError
from nado_lab.twin.model import ModelSpec, Twin
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

SCHEMA = "nado-twin/1"
WEIGHTS, CARD = "weights.safetensors", "card.json"
LARGEST_CARD = 4_000_000
KINDS = {
    **dict.fromkeys(("model", "fit", "parts", "scores", "versions"), dict),
    **dict.fromkeys(("channels", "units", "lineage", "runs"), list),
}


def save(twin: Twin, path: str | Path) -> Path:
    """Write the twin to a new directory `path`, whole or not at all."""
    path = Path(path)
    if path.exists():
        raise FileError(f"{path} exists; choose another name or remove it")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        save_file({k: v.detach().contiguous() for k, v in twin.state_dict().items()}, draft / WEIGHTS)
        (draft / CARD).write_text(json.dumps(card_of(twin), indent=2, allow_nan=False), encoding="utf-8")
        draft.replace(path)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return path


def card_of(twin: Twin) -> dict[str, Any]:
    """Describe the twin: what is needed to rebuild it first, then what its fit recorded."""
    head = {
        "schema": SCHEMA,
        "model": asdict(twin.spec),
        "channels": list(twin.channels),
        "units": list(twin.units),
        "step_s": twin.step_s,
        "drive_low": twin.drive_low.tolist(),
        "drive_high": twin.drive_high.tolist(),
        "readout_mean": twin.readout_mean.tolist(),
        "readout_std": twin.readout_std.tolist(),
    }
    return head | {k: v for k, v in twin.card.items() if k not in head}


def load(path: str | Path) -> Twin:
    """Read a twin; anything unexpected is refused with a `FileError`."""
    path = Path(path)
    card = _read_card(path)
    twin = _build(path, card)
    weights = _read_weights(path / WEIGHTS, twin)
    twin.to_empty(device="cpu")
    twin.load_state_dict(weights)
    twin.card = {k: v for k, v in card.items() if k not in ("schema", "model")}
    return twin.eval()


def _read_card(path: Path) -> dict[str, Any]:
    file = path / CARD
    if not file.is_file():
        raise FileError(f"{path} is not a twin: it holds no {CARD}")
    if file.stat().st_size > LARGEST_CARD:
        raise FileError(f"{file} is larger than {LARGEST_CARD} bytes; this is no card of a twin")
    try:
        card = json.loads(file.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
    except (OSError, ValueError, RecursionError) as error:
        raise FileError(f"{file} is not valid JSON: {error}") from error
    if not isinstance(card, dict) or card.get("schema") != SCHEMA:
        found = card.get("schema") if isinstance(card, dict) else type(card).__name__
        raise FileError(f"{file} should have schema {SCHEMA!r}; it has {found!r}")
    for name, kind in KINDS.items():
        if not isinstance(card.get(name, kind()), kind):
            raise FileError(f"{file}: {name} should be a {kind.__name__}; it is {card[name]!r:.40}")
    for name in ("channels", "units", "lineage", "runs"):
        if not all(isinstance(each, str) for each in card.get(name, [])):
            raise FileError(f"{file}: {name} should hold names; it holds something else")
    return card


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _build(path: Path, card: dict[str, Any]) -> Twin:
    """Make an empty twin of the card's sizes; sizes are limited, so a card cannot exhaust the memory."""
    try:
        spec = ModelSpec.from_json(card["model"])
        channels, units = tuple(card["channels"]), tuple(card["units"])
        step_s = float(card["step_s"])
        if not math.isfinite(step_s) or step_s <= 0:
            raise TwinError(f"step_s must be positive; got {step_s}")
        with torch.device("meta"):
            return Twin(spec, channels, units, step_s)
    except (KeyError, TypeError, ValueError, TwinError) as error:
        raise FileError(f"{path / CARD} does not describe a twin: {error!r}") from error


def _read_weights(file: Path, twin: Twin) -> dict[str, torch.Tensor]:
    """Read the tensors that the card promises: names, shapes and types are compared before any is read."""
    if not file.is_file():
        raise FileError(f"{file} is missing: the twin has no weights")
    wanted = twin.state_dict()
    try:
        with safe_open(file, "pt") as found:
            _check_names(file, wanted.keys(), found.keys())
            for name, tensor in wanted.items():
                _check_shape(file, name, tuple(tensor.shape), tuple(found.get_slice(name).get_shape()))
            weights = {name: found.get_tensor(name) for name in wanted}
    except (OSError, SafetensorError, ValueError) as error:
        raise FileError(f"{file} cannot be read as safetensors: {error}") from error
    for name, tensor in weights.items():
        if tensor.dtype != wanted[name].dtype:
            raise FileError(f"{file}: {name} should be {wanted[name].dtype}; it is {tensor.dtype}")
        if not torch.isfinite(tensor).all():
            raise FileError(f"{file}: {name} holds values that are not finite")
    if not (weights["basis.std"] > 0).all():
        raise FileError(f"{file}: basis.std, the deviation of each channel, must be positive")
    return weights


def _check_names(file: Path, wanted: Iterable[str], found: Iterable[str]) -> None:
    odd = sorted(set(wanted) ^ set(found))
    if odd:
        raise FileError(f"{file} and {CARD} do not belong together: {', '.join(odd[:5])}")


def _check_shape(file: Path, name: str, wanted: tuple[int, ...], found: tuple[int, ...]) -> None:
    if wanted != found:
        raise FileError(f"{file}: {name} should be {wanted}; it is {found}")
