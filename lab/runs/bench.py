"""Who owns a bench: one process at a time drives the instruments at a set of addresses."""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Protocol

from nado_lab.instruments import SetupConfig
from nado_lab.lab.errors import LabError
from nado_lab.lab.store.ownership import Ownership
from nado_lab.lab.store.same_thing import same_address

IN_PROCESS = "sim"
"""The VISA library of a simulated bench: inside this process, it dies with it."""


class SafeBench(Protocol):
    """What a run needs of a setup, whatever is measured on it: it can be made safe."""

    def shutdown(self) -> Sequence[str]:
        """Take everything to its safe state, any number of times; say what may still be on."""
        ...


class HeldAddresses:
    """The addresses that this process owns, and how often each is held; for any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._owned: dict[str, Ownership] = {}

    def take(self, address: str) -> None:
        """Hold an address once more; StoreError where another process owns it."""
        with self._lock:
            if not self._counts[address]:
                self._owned[address] = Ownership("instrument", address).take()
            self._counts[address] += 1

    def give_back(self, address: str) -> None:
        """Hold an address once less; the last one lets go of it."""
        with self._lock:
            self._counts[address] -= 1
            if not self._counts[address]:
                self._owned.pop(address).release()


_held = HeldAddresses()


def bench_outside(setup: object) -> SetupConfig | None:
    """Give the configuration of the bench that a setup (or its configuration) drives outside this process.

    None where everything lives in this process. LabError where the setup does not say: without lock and
    supervisor nothing is driven.
    """
    config = setup if isinstance(setup, SetupConfig) else getattr(setup, "config", None)
    if isinstance(config, SetupConfig):
        return None if config.visa_library == IN_PROCESS else config
    if getattr(setup, "in_process", False):
        return None
    raise LabError(
        f"a {type(setup).__name__} does not say what it drives: give it `config`, the SetupConfig of its "
        "instruments, or `in_process = True` if it drives nothing outside this program"
    )


@contextmanager
def owned(setup: object) -> Iterator[None]:
    """Hold every address of a setup on this computer; a bench inside this process needs no lock.

    The same process may hold a bench twice (a deployment that runs several protocols).
    """
    config = bench_outside(setup)
    roles = config.roles.values() if config else ()
    with ExitStack() as stack:
        for address in sorted(same_address(role.address) for role in roles):
            _held.take(address)
            stack.callback(_held.give_back, address)
        yield


class NoBench:
    """Stand where a setup would, for procedures that open their own instruments.

    Nobody knows these instruments: they have no lock and no supervisor.
    """

    in_process = True

    def snapshot(self) -> dict[str, object]:
        """Know of no instrument."""
        return {}

    def shutdown(self) -> list[str]:
        """Have nothing to switch off."""
        return []
