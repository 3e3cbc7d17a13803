"""Tensors on disk: a folder of weights.safetensors and card.json, or one file; written whole, read with care.

Never pickle: reading runs no code. What is written gets the mode that the umask asks for.
"""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import json
import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import cast
from uuid import uuid4

import torch
from nado_lab.twin.errors import FileError
from nado_lab.twin.records.json_object import JsonObject
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

WEIGHTS, CARD = "weights.safetensors", "card.json"


def save_folder(path: Path, tensors: Mapping[str, Tensor], card: JsonObject) -> None:
    """Write weights and card to a new folder `path`, whole or not at all; one that exists is refused."""
    if path.exists():
        raise FileError(f"{path} exists already; choose another name or remove it")
    with _draft_of(path) as draft:
        draft.mkdir()
        (draft / WEIGHTS).write_bytes(_packed(tensors))
        (draft / CARD).write_text(json.dumps(card, indent=2, allow_nan=False), encoding="utf-8")


def save_file(path: Path, tensors: Mapping[str, Tensor], header: Mapping[str, str]) -> None:
    """Write one file over the one before; a crash or a full disk leaves the one before."""
    with _draft_of(path) as draft:
        draft.write_bytes(_packed(tensors, header))


def read_file(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Read the header and all tensors of one file."""
    try:
        with safe_open(path, "pt") as file:
            return file.metadata() or {}, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, ValueError) as error:
        raise FileError(f"{path} cannot be read as safetensors: {error}") from error


def read_card(path: Path, what: str, schema: str, largest: int) -> JsonObject:
    """Read the card of the folder `path`; what is no card of this schema is refused."""
    file = path / CARD
    if not file.is_file():
        raise FileError(f"{path} is not a {what}: it holds no {CARD}")
    if file.stat().st_size > largest:
        raise FileError(f"{file} is larger than {largest} bytes; this is no card of a {what}")
    try:
        card = json.loads(file.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
    except (OSError, ValueError, RecursionError) as error:
        raise FileError(f"{file} is not valid JSON: {error}") from error
    found = cast("JsonObject", card) if isinstance(card, dict) else {}
    if found.get("schema") != schema:
        told = f"it has {found.get('schema')!r}" if found else f"it holds {card!r:.40}"
        raise FileError(f"{file} should have schema {schema!r}; {told}")
    return found


def read_weights(path: Path, wanted: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Read the weights of the folder `path`: names, shapes and types are compared before any is read."""
    file = path / WEIGHTS
    if not file.is_file():
        raise FileError(f"{file} is missing: {path} has no weights")
    try:
        with safe_open(file, "pt") as found:
            _check_names(file, wanted.keys() ^ set(found.keys()))
            for name, tensor in wanted.items():
                _check_shape(file, name, tuple(tensor.shape), tuple(found.get_slice(name).get_shape()))
            weights: dict[str, Tensor] = {name: found.get_tensor(name) for name in wanted}
    except (OSError, SafetensorError, ValueError) as error:
        raise FileError(f"{file} cannot be read as safetensors: {error}") from error
    for name, tensor in weights.items():
        if tensor.dtype != wanted[name].dtype:
            raise FileError(f"{file}: {name} should be {wanted[name].dtype}; it is {tensor.dtype}")
        if not torch.isfinite(tensor).all():
            raise FileError(f"{file}: {name} holds values that are not finite")
    return weights


@contextmanager
def _draft_of(path: Path) -> Generator[Path]:
    """Give a path beside `path` to write to, which then takes its place; an error leaves nothing behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        yield draft
        draft.replace(path)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        draft.unlink(missing_ok=True)
        raise


def _packed(tensors: Mapping[str, Tensor], header: Mapping[str, str] | None = None) -> bytes:
    plain = {name: tensor.detach().cpu().clone().contiguous() for name, tensor in tensors.items()}
    return save(plain, dict(header) if header else None)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _check_names(file: Path, odd: set[str]) -> None:
    if odd:
        raise FileError(f"{file} and {CARD} do not belong together: {', '.join(sorted(odd)[:5])}")


def _check_shape(file: Path, name: str, wanted: tuple[int, ...], found: tuple[int, ...]) -> None:
    if wanted != found:
        raise FileError(f"{file}: {name} should be {wanted}; it is {found}")
