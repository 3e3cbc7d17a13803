"""Network files: a directory `name.net/` with weights.safetensors and card.json; loading runs no code."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import torch
from nado_lab.network.device_network import DeviceNetwork
from nado_lab.network.errors import NetworkFileError
from nado_lab.network.files.card import NetworkCard
from nado_lab.network.spec import NetworkSpec
from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

SCHEMA = "nado-network/1"
WEIGHTS, CARD = "weights.safetensors", "card.json"
MAX_CARD_BYTES = 16_000_000


@dataclass(frozen=True)
class SavedNetwork:
    """A network as read from its file, with its card (task, training, scores, lineage)."""

    network: DeviceNetwork
    card: NetworkCard = field(default_factory=NetworkCard)


def save(network: DeviceNetwork, path: str | Path, card: NetworkCard | None = None) -> Path:
    """Write the network and its card to a new directory `path`, all or nothing."""
    path = Path(path)
    if path.exists():
        raise NetworkFileError(f"{path} exists; choose another name or remove it first")
    path.parent.mkdir(parents=True, exist_ok=True)
    notes = (card or NetworkCard()).to_json()
    content = {"schema": SCHEMA, "spec": network.spec.model_dump(mode="json"), "notes": notes}
    scratch = path.parent / f".{path.name}-{uuid4().hex}"
    scratch.mkdir()
    try:
        (scratch / CARD).write_text(json.dumps(content, indent=2, allow_nan=False), encoding="utf-8")
        save_file({k: v.detach().contiguous() for k, v in network.state_dict().items()}, scratch / WEIGHTS)
        scratch.rename(path)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return path


def load(path: str | Path) -> SavedNetwork:
    """Read a network file; one that is damaged, truncated or of another kind is refused."""
    path = Path(path)
    spec, card = _read_card(path)
    with torch.device("meta"):
        network = DeviceNetwork(spec)
    network.load_state_dict(_read_weights(path, network.state_dict()), assign=True)
    for parameter in network.parameters():
        parameter.requires_grad_(True)
    return SavedNetwork(network, card)


def _read_card(path: Path) -> tuple[NetworkSpec, NetworkCard]:
    card_path = path / CARD
    if not card_path.is_file() or not (path / WEIGHTS).is_file():
        raise NetworkFileError(f"{path} is not a network: expected a directory with {CARD} and {WEIGHTS}")
    if card_path.stat().st_size > MAX_CARD_BYTES:
        raise NetworkFileError(f"{card_path} is larger than {MAX_CARD_BYTES} bytes; not a network card")
    try:
        found = json.loads(card_path.read_text(encoding="utf-8"))
        if found["schema"] != SCHEMA:
            raise NetworkFileError(f"{card_path} has schema {found['schema']!r}, expected {SCHEMA!r}")
        return NetworkSpec.model_validate(found["spec"]), NetworkCard.from_json(dict(found["notes"]))
    except (ValidationError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise NetworkFileError(f"{card_path} is damaged: {_first_line(error)}") from error


def _read_weights(path: Path, expected: dict[str, Tensor]) -> dict[str, Tensor]:
    try:
        with safe_open(path / WEIGHTS, framework="pt") as file:
            found = {key: tuple(file.get_slice(key).get_shape()) for key in file.keys()}  # noqa: SIM118
            wanted = {key: tuple(value.shape) for key, value in expected.items()}
            if found != wanted:
                raise NetworkFileError(f"{path / WEIGHTS} does not hold the weights that {CARD} describes")
            weights = {key: file.get_tensor(key) for key in wanted}
    except (SafetensorError, OSError) as error:
        raise NetworkFileError(f"{path / WEIGHTS} is damaged: {_first_line(error)}") from error
    for key, value in weights.items():
        if value.dtype != expected[key].dtype or not torch.isfinite(value).all():
            raise NetworkFileError(f"{path / WEIGHTS}: {key} must be finite {expected[key].dtype} numbers")
    return weights


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
