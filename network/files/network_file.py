"""Network files: a directory `name.net/` with weights.safetensors and card.json; loading runs no code."""

from dataclasses import dataclass, field
from pathlib import Path

import torch
from nado_lab.network.device_network import DeviceNetwork
from nado_lab.network.errors import NetworkFileError
from nado_lab.network.files.card import NetworkCard
from nado_lab.network.spec import NetworkSpec
from nado_lab.twin.errors import FileError
from nado_lab.twin.files.tensors import CARD, read_card, read_weights, save_folder
from pydantic import ValidationError

SCHEMA = "nado-network/1"
MAX_CARD_BYTES = 16_000_000


@dataclass(frozen=True)
class SavedNetwork:
    """A network as read from its file, with its card (task, training, scores, lineage)."""

    network: DeviceNetwork
    card: NetworkCard = field(default_factory=NetworkCard)


def save(network: DeviceNetwork, path: str | Path, card: NetworkCard | None = None) -> Path:
    """Write the network and its card to a new directory `path`, all or nothing."""
    notes = (card or NetworkCard()).to_json()
    content = {"schema": SCHEMA, "spec": network.spec.model_dump(mode="json"), "notes": notes}
    try:
        save_folder(Path(path), network.state_dict(), content)
    except FileError as error:
        raise NetworkFileError(str(error)) from error
    return Path(path)


def load(path: str | Path) -> SavedNetwork:
    """Read a network file; one that is damaged, truncated or of another kind is refused."""
    path = Path(path)
    try:
        spec, card = _read_card(path)
        with torch.device("meta"):
            network = DeviceNetwork(spec)
        network.load_state_dict(read_weights(path, network.state_dict()), assign=True)
    except FileError as error:
        raise NetworkFileError(str(error)) from error
    for parameter in network.parameters():
        parameter.requires_grad = True
    return SavedNetwork(network, card)


def _read_card(path: Path) -> tuple[NetworkSpec, NetworkCard]:
    found = read_card(path, "network", SCHEMA, MAX_CARD_BYTES)
    try:
        return NetworkSpec.model_validate(found["spec"]), NetworkCard.from_json(dict(found["notes"]))
    except (ValidationError, ValueError, KeyError, TypeError, NetworkFileError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise NetworkFileError(f"{path / CARD} is damaged: {reason}") from error
