"""Where a twin computes: which devices torch has here, and noise that is the same on all of them."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TypeVar

import torch
from nado_lab.twin.errors import TwinError
from torch import Tensor, nn

CPU = "cpu"


def compute_device(name: str) -> torch.device:
    """Return the device of a name: cpu, cuda, cuda:1, mps; TwinError says what is there where it is not."""
    try:
        found = torch.device(name)
    except RuntimeError:
        raise TwinError(f"expected a device cpu, cuda, cuda:N or mps; got {name!r}") from None
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    there = {"cpu": 1, "cuda": count, "mps": int(torch.backends.mps.is_available())}
    if found.type not in there:
        raise TwinError(f"expected a device cpu, cuda, cuda:N or mps; got {name!r}")
    if (found.index or 0) >= there[found.type]:
        names = ["cpu", *(f"cuda:{n}" for n in range(count)), *(["mps"] if there["mps"] else [])]
        known = f"torch {torch.__version__} finds {', '.join(names)}"
        raise TwinError(f"there is no {name} here, {known}; choose another --device")
    return found


Module = TypeVar("Module", bound=nn.Module)


@contextmanager
def computed_on(module: Module, name: str) -> Generator[Module]:
    """Let a twin or network compute on a device while the block lasts; afterwards it is on the processor."""
    place = compute_device(name)
    try:
        yield module.to(place)
    finally:
        module.to(CPU)


def normal(*shape: int, generator: torch.Generator | None, like: Tensor) -> Tensor:
    """Draw standard normal numbers for where `like` lies.

    They are drawn where the generator is: one on the processor gives the same numbers for every device.
    """
    if generator is None:
        return torch.randn(*shape, device=like.device)
    return torch.randn(*shape, generator=generator, device=generator.device).to(like.device)
