"""Twin files: a directory `name.twin/` of weights.safetensors and card.json. Loading one runs no code."""

from __future__ import annotations

import json
import math
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from twin.errors import FileError, TwinError
from twin.model import ModelSpec, Twin

SCHEMA = "nado-twin/1"
WEIGHTS, CARD = "weights.safetensors", "card.json"
LARGEST_CARD = 4_000_000


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
    try:
        weights = load_file(path / WEIGHTS)
    except (OSError, SafetensorError, ValueError) as error:
        raise FileError(f"{path / WEIGHTS} cannot be read as safetensors: {error}") from error
    _check_weights(path, twin, weights)
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
        card = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise FileError(f"{file} is not valid JSON: {error}") from error
    if not isinstance(card, dict) or card.get("schema") != SCHEMA:
        found = card.get("schema") if isinstance(card, dict) else type(card).__name__
        raise FileError(f"{file} should have schema {SCHEMA!r}; it has {found!r}")
    return card


def _build(path: Path, card: dict[str, Any]) -> Twin:
    """Make an empty twin of the card's sizes; sizes are limited, so a card cannot exhaust the memory."""
    try:
        spec = ModelSpec(**card["model"])
        channels, units = tuple(map(str, card["channels"])), tuple(map(str, card["units"]))
        step_s = float(card["step_s"])
        if not math.isfinite(step_s) or step_s <= 0:
            raise TwinError(f"step_s must be positive; got {step_s}")
        with torch.device("meta"):
            return Twin(spec, channels, units, step_s)
    except (KeyError, TypeError, ValueError, TwinError) as error:
        raise FileError(f"{path / CARD} does not describe a twin: {error!r}") from error


def _check_weights(path: Path, twin: Twin, weights: dict[str, torch.Tensor]) -> None:
    """Compare names, shapes and types of the weights with what the card promises, and refuse NaN."""
    wanted = twin.state_dict()
    if wanted.keys() != weights.keys():
        odd = sorted(wanted.keys() ^ weights.keys())
        raise FileError(f"{path / WEIGHTS} and {CARD} do not belong together: {', '.join(odd[:5])}")
    for name, tensor in weights.items():
        if tensor.shape != wanted[name].shape or tensor.dtype != wanted[name].dtype:
            raise FileError(
                f"{path / WEIGHTS}: {name} should be {tuple(wanted[name].shape)} {wanted[name].dtype};"
                f" it is {tuple(tensor.shape)} {tensor.dtype}"
            )
        if not torch.isfinite(tensor).all():
            raise FileError(f"{path / WEIGHTS}: {name} holds values that are not finite")
    twin.to_empty(device="cpu")
