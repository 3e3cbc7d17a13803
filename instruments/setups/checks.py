"""What ``nado check`` proves on any setup."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from nado_lab.instruments.errors import InstrumentError, InterlockError
from nado_lab.instruments.roles import Role
from nado_lab.instruments.setups.config import SetupConfig
from nado_lab.instruments.setups.records import Check, Limit, Reset

Proof = tuple[str, Callable[[], object]]
"""What is proved, and how: the call raises an InstrumentError, or returns what it saw."""


class Checkable(Protocol):
    """What is checked: a setup of any family."""

    roles: dict[str, Role]
    interlock_tripped: bool

    @property
    def config(self) -> SetupConfig: ...

    @property
    def reset(self) -> Reset: ...

    @property
    def step_period_s(self) -> float: ...

    def limit_list(self) -> tuple[Limit, ...]: ...

    def limits_left_out(self) -> Mapping[str, str]: ...

    def proofs(self) -> list[Proof]: ...

    def trip_interlock(self) -> None: ...

    def require_interlock(self) -> None: ...

    def energise(self) -> None: ...

    def shutdown(self) -> list[str]: ...


def run_checks(setup: Checkable) -> list[Check]:
    """Run all checks in order and leave the setup safe."""
    checks = [_check(f"identity {name}", driver.identify) for name, driver in setup.roles.items()]
    checks.append(_check("limits", lambda: ", ".join(map(str, setup.limit_list()))))
    missing = setup.limits_left_out().items()
    checks += [Check(f"limits of {name}", passed=True, detail=told, warning=True) for name, told in missing]
    begins = f"{setup.reset.words} ({setup.reset.seconds:.3g} s)"
    checks.append(Check("a trial begins with", passed=True, detail=begins))
    checks.append(Check("step by step", passed=True, detail=_stepwise_words(setup)))
    checks += [_check(name, proof) for name, proof in setup.proofs()]
    checks.append(_check("interlock trips and clears", lambda: refuses_while_tripped(setup)))
    failed = setup.shutdown()
    checks.append(Check("shutdown", not failed, "; ".join(failed) or setup.config.safe_state))
    return checks


def _stepwise_words(setup: Checkable) -> str:
    """Say whether the setup can be asked step by step: how often, and how long it waits; or why not."""
    config = setup.config
    if config.not_stepwise:
        return f"no: {config.not_stepwise}"
    patience = config.stepwise.patience_s
    return f"a step every {setup.step_period_s:.3g} s; safe when none has come for {patience:g} s"


def _check(name: str, action: Callable[[], object]) -> Check:
    try:
        return Check(name, passed=True, detail=str(action()))
    except InstrumentError as error:
        return Check(name, passed=False, detail=str(error))


def refuses_while_tripped(setup: Checkable) -> str:
    """Trip the interlock, see that the setup refuses to drive, clear it, see that it drives again."""
    was_tripped = setup.interlock_tripped
    setup.trip_interlock()
    try:
        setup.energise()
    except InterlockError:
        refused = True
    else:
        refused = False
    finally:
        setup.interlock_tripped = was_tripped
    if not refused:
        raise InstrumentError("the setup drives although its interlock is tripped")
    setup.require_interlock()
    return "refused while tripped, allowed after clearing"
