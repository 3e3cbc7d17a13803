"""Checkpoints: one safetensors file with weights, optimiser, random state and where the training stood."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

import json
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import torch
from nado_lab.network.device_network import DeviceNetwork
from nado_lab.network.errors import NetworkFileError
from nado_lab.network.training.optimiser import Optimiser
from nado_lab.network.training.settings import TrainSettings
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor


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
        settings: TrainSettings,
        epoch: int,
    ) -> None:
        """Store the state after `epoch` epochs, all or nothing."""
        tensors = {f"network.{k}": v.detach().clone() for k, v in network.state_dict().items()}
        tensors |= {f"descent.{k}": v.clone() for k, v in optimiser.state().items()}
        tensors["generator"] = generator.get_state()
        note = {"settings": settings.model_dump_json(), "epoch": str(epoch), "spec": _text_of(network)}
        scratch = self.path.with_name(f".{self.path.name}-{uuid4().hex}")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            save_file(tensors, scratch, metadata=note)
            scratch.replace(self.path)
        finally:
            scratch.unlink(missing_ok=True)

    def resume(
        self,
        network: DeviceNetwork,
        optimiser: Optimiser,
        generator: torch.Generator,
        settings: TrainSettings,
    ) -> int:
        """Put back the stored state, if there is one; return how many epochs it had seen."""
        if not self.path.exists():
            return 0
        note, tensors = self._read()
        if note.get("settings") != settings.model_dump_json() or note.get("spec") != _text_of(network):
            raise NetworkFileError(f"{self.path} belongs to another training; remove it to start afresh")
        try:
            network.load_state_dict(_under(tensors, "network."))
            optimiser.restore(_under(tensors, "descent."))
            generator.set_state(tensors["generator"])
            return int(note["epoch"])
        except (RuntimeError, KeyError, ValueError, IndexError, TypeError) as error:
            raise NetworkFileError(f"{self.path} is damaged; remove it to start afresh") from error

    def _read(self) -> tuple[dict[str, str], dict[str, Tensor]]:
        try:
            with safe_open(self.path, framework="pt") as file:
                return file.metadata() or {}, {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        except (SafetensorError, OSError) as error:
            raise NetworkFileError(f"{self.path} is damaged; remove it to start afresh") from error


def _under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}


def _text_of(network: DeviceNetwork) -> str:
    return json.dumps(network.spec.model_dump(mode="json"))
