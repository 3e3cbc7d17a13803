"""Who owns a bench: one process at a time drives the instruments at a set of addresses."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nado_lab.lab.runs.guard import IN_PROCESS
from nado_lab.lab.store.ownership import Ownership

_held: dict[str, int] = {}


@contextmanager
def owned(setup: Any) -> Iterator[None]:
    """Hold every address of a setup on this computer; a bench inside this process needs no lock.

    The same process may hold a bench twice (a deployment that runs several protocols).
    """
    config = getattr(setup, "config", setup)
    if getattr(config, "visa_library", IN_PROCESS) == IN_PROCESS:
        yield
        return
    taken: list[Ownership] = []
    addresses = sorted(role.address for role in config.roles.values())
    try:
        for address in addresses:
            if not _held.get(address):
                taken.append(Ownership("instrument", address).take())
            _held[address] = _held.get(address, 0) + 1
        yield
    finally:
        for address in addresses:
            _held[address] = max(_held.get(address, 0) - 1, 0)
        for ownership in taken:
            ownership.release()


class NoBench:
    """Stand where a setup would, for procedures that open their own instruments."""

    def snapshot(self) -> dict[str, Any]:
        """Know of no instrument."""
        return {}

    def shutdown(self) -> list[str]:
        """Have nothing to switch off."""
        return []
