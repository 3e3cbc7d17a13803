"""Checkpoints: one safetensors file with weights, optimiser, random state and where the training stood."""

import json
import logging
from dataclasses import dataclass
from pathlib import Path

import torch
from nado_lab.network.device_network import DeviceNetwork
from nado_lab.network.errors import NetworkFileError
from nado_lab.network.training.optimiser import Optimiser
from nado_lab.twin.errors import FileError
from nado_lab.twin.files.tensors import read_file, save_file
from pydantic import BaseModel
from torch import Tensor

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checkpoint:
    """Where a training keeps its state: after every epoch it can be killed and resumed there.

    A resumed training gives the same network, bit for bit, as one that was never stopped.
    """

    path: Path

    def of_layer(self, layer: int) -> "Checkpoint":
        """Return where cascade learning keeps the state of one layer."""
        return Checkpoint(self.path.with_name(f"{self.path.name}.layer{layer}"))

    def write(
        self,
        network: DeviceNetwork,
        optimiser: Optimiser,
        generator: torch.Generator,
        settings: BaseModel,
        epoch: int,
    ) -> None:
        """Store the state after `epoch` epochs, all or nothing; a full disk is told and ends no training."""
        tensors = {f"network.{name}": value for name, value in network.state_dict().items()}
        tensors |= {f"descent.{name}": value for name, value in optimiser.state().items()}
        tensors["generator"] = generator.get_state()
        note = {"settings": settings.model_dump_json(), "epoch": str(epoch), "spec": _text_of(network)}
        try:
            save_file(self.path, tensors, note)
        except OSError as error:
            _log.warning(
                "%s cannot be written (%s); the training goes on", self.path, error.strerror or error
            )

    def resume(
        self,
        network: DeviceNetwork,
        optimiser: Optimiser,
        generator: torch.Generator,
        settings: BaseModel,
    ) -> int:
        """Put back the stored state, if there is one; return how many epochs it had seen."""
        if not self.path.exists():
            return 0
        try:
            note, tensors = read_file(self.path)
        except FileError as error:
            raise NetworkFileError(f"{self.path} is damaged; remove it to start afresh") from error
        if note.get("settings") != settings.model_dump_json() or note.get("spec") != _text_of(network):
            raise NetworkFileError(f"{self.path} belongs to another training; remove it to start afresh")
        try:
            network.load_state_dict(_under(tensors, "network."))
            optimiser.restore(_under(tensors, "descent."))
            generator.set_state(tensors["generator"])
            return int(note["epoch"])
        except (RuntimeError, KeyError, ValueError, IndexError, TypeError) as error:
            raise NetworkFileError(f"{self.path} is damaged; remove it to start afresh") from error


def _under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}


def _text_of(network: DeviceNetwork) -> str:
    return json.dumps(network.spec.model_dump(mode="json"))
