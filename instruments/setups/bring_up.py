"""The guided first hour with a bench: step by step, each said before it is sent, none at high drive."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from nado_lab.instruments.errors import InstrumentError
from nado_lab.instruments.setups.checks import refuses_while_tripped
from nado_lab.instruments.setups.records import Check
from nado_lab.instruments.setups.setup import Setup


@dataclass(frozen=True)
class Step:
    """A step: its name, what it sends, and what does it and says what was seen, or raises InstrumentError."""

    name: str
    sends: str
    run: Callable[[], str]
    is_warning: Callable[[str], bool] = lambda _seen: False
    """Whether what was seen is to be looked at although it is no failure."""


def first_steps(setup: Setup[Any]) -> list[Step]:
    """Return the steps of any bench, before its field is looked at."""
    return [
        Step("identities", "asks each instrument who it is", lambda: _identities(setup)),
        Step(
            "error queues", "asks each instrument for its errors, after clearing them", lambda: _errors(setup)
        ),
        Step(
            "what the last user left",
            "asks for the settings that would turn or move a field",
            lambda: _left(setup),
            lambda seen: seen != _NOTHING,
        ),
        Step("outputs off", "switches every output off, the field to zero", lambda: _off(setup)),
    ]


def last_steps(setup: Setup[Any]) -> list[Step]:
    """Return the steps of any bench, after its field was looked at."""
    return [
        Step("interlock", "nothing: it must refuse", lambda: refuses_while_tripped(setup)),
        Step("outputs off again", "switches every output off", lambda: _off(setup)),
    ]


def walk(setup: Setup[Any], steps: list[Step], may: Callable[[Step], bool]) -> Iterator[Check]:
    """Take the steps that ``may`` be taken; the first that fails ends it, with the bench made safe."""
    for step in steps:
        if not may(step):
            yield Check(step.name, passed=True, detail="left out", warning=True)
            continue
        try:
            seen = step.run()
        except InstrumentError as error:
            setup.shutdown()
            yield Check(step.name, passed=False, detail=str(error))
            return
        yield Check(step.name, passed=True, detail=seen, warning=step.is_warning(seen))


_NOTHING = "nothing that matters"


def _identities(setup: Setup[Any]) -> str:
    return "; ".join(f"{name}: {identity}" for name, identity in setup.identities().items())


def _errors(setup: Setup[Any]) -> str:
    for driver in setup.roles.values():
        driver.clear()
    setup.require_health()
    return "all empty"


def _left(setup: Setup[Any]) -> str:
    found = []
    for name, driver in setup.roles.items():
        told = getattr(driver, "left_behind", list)()
        found += [f"{name}: {each}" for each in told]
    return f"{'; '.join(found)} (set anew before each use)" if found else _NOTHING


def _off(setup: Setup[Any]) -> str:
    for driver in setup.roles.values():
        driver.isShutdown = False
    failed = setup.shutdown()
    if failed:
        raise InstrumentError("; ".join(failed))
    return setup.config.safe_state
