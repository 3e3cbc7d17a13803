"""Twin files: a directory `name.twin/` of weights.safetensors and card.json. Loading one runs no code."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path

import torch
from nado_lab.twin.errors import FileError, TwinError
from nado_lab.twin.files.tensors import CARD, WEIGHTS, read_card, read_weights, save_folder
from nado_lab.twin.model.twin import Twin
from nado_lab.twin.records.card import TwinCard
from nado_lab.twin.records.json_object import JsonObject, read_entry
from nado_lab.twin.records.spec import ModelSpec
from pydantic import TypeAdapter

SCHEMA = "nado-twin/1"
LARGEST_CARD = 4_000_000
MODEL = ("schema", "model", "channels", "units", "step_s", "readout_precision")
RANGES = ("drive_low", "drive_high", "readout_mean", "readout_std")
PRECISIONS = {torch.float32: "single", torch.float64: "double"}
NAMES = TypeAdapter(tuple[str, ...])


def save(twin: Twin, path: str | Path) -> Path:
    """Write the twin to a new directory `path`, whole or not at all."""
    path = Path(path)
    save_folder(path, twin.state_dict(), _model_of(twin) | twin.card.to_json())
    return path


def load(path: str | Path) -> Twin:
    """Read a twin; anything unexpected is refused with a `FileError`."""
    path = Path(path)
    card = read_card(path, "twin", SCHEMA, LARGEST_CARD)
    twin = _build(path, card)
    weights = read_weights(path, twin.state_dict())
    if not (weights["basis.std"] > 0).all():
        raise FileError(f"{path / WEIGHTS}: basis.std, the deviation of each channel, must be positive")
    twin.to_empty(device="cpu")
    twin.load_state_dict(weights)
    return twin.eval()


def _model_of(twin: Twin) -> JsonObject:
    """Describe what is needed to rebuild the twin, and the ranges it was fitted on."""
    return {
        "schema": SCHEMA,
        "model": asdict(twin.spec),
        "channels": list(twin.channels),
        "units": list(twin.units),
        "step_s": twin.step_s,
        "readout_precision": PRECISIONS[twin.readout_mean.dtype],
        **{name: getattr(twin, name).tolist() for name in RANGES},
    }


def _build(path: Path, card: JsonObject) -> Twin:
    """Make an empty twin of the card's sizes; sizes are limited, so a card cannot exhaust the memory."""
    try:
        spec = ModelSpec.from_json(card["model"])
        channels, units = (read_entry(name, NAMES, card[name]) for name in ("channels", "units"))
        step_s = float(card["step_s"])
        if not math.isfinite(step_s) or step_s <= 0:
            raise TwinError(f"step_s must be positive; got {step_s}")
        with torch.device("meta"):
            twin = Twin(spec, channels, units, step_s)
        dtypes = {name: dtype for dtype, name in PRECISIONS.items()}
        twin.basis.set_precision(dtypes[card.get("readout_precision", "single")])
        twin.card = TwinCard.from_json({name: card[name] for name in card.keys() - {*MODEL, *RANGES}})
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, TwinError) as error:
        raise FileError(f"{path / CARD} does not describe a twin: {error}") from error
    return twin
