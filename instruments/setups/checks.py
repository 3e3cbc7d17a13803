"""What ``nado check`` proves on any setup."""

from collections.abc import Callable
from typing import Any

from nado_lab.instruments.errors import InstrumentError, InterlockError
from nado_lab.instruments.roles import BipolarSupply
from nado_lab.instruments.setups.records import Check
from nado_lab.instruments.setups.setup import Setup

_SETTLE_S = 0.4
"""A Kepco's reading is the mean of conversions over 320 ms (BIT 4886 manual, 1.2.1)."""


def run_checks(setup: Setup[Any], more: dict[str, Callable[[], object]] | None = None) -> list[Check]:
    """Run all checks in order, ``more`` of the family (name -> what proves it); leave the setup safe."""
    checks = [_check(f"identity {name}", driver.identify) for name, driver in setup.roles.items()]
    checks.append(_check("limits", lambda: _limits(setup)))
    missing = setup.limits_left_out().items()
    checks += [Check(f"limits of {name}", passed=True, detail=told, warning=True) for name, told in missing]
    for name, supply in setup.coil_supplies.items():
        checks.append(_check(f"1 % of range, {name}", lambda s=supply: one_percent(setup, s)))
    checks += [_check(name, action) for name, action in (more or {}).items()]
    checks.append(_check("interlock trips and clears", lambda: refuses_while_tripped(setup)))
    failed = setup.shutdown()
    checks.append(Check("shutdown", not failed, "; ".join(failed) or setup.config.safe_state))
    return checks


def _check(name: str, action: Callable[[], object]) -> Check:
    try:
        return Check(name, passed=True, detail=str(action()))
    except InstrumentError as error:
        return Check(name, passed=False, detail=str(error))


def _limits(setup: Setup[Any]) -> str:
    limits = setup.limits
    field = f"field {limits.max_field_t * 1e3:g} mT"
    return f"{field}, slew {limits.max_slew_t_per_s:g} T/s, duty {limits.max_duty:g}"


def one_percent(setup: Setup[Any], supply: BipolarSupply) -> str:
    """Drive 1 % of the current range from the bus and read it back."""
    wanted = 0.01 * supply.most_amperes
    supply.prepare_amplifier(supply.most_volts)
    supply.ramp_to(wanted)
    setup.clock.sleep(_SETTLE_S)
    found = supply.measured_amperes()
    supply.shutdown()
    if abs(found - wanted) > max(0.1 * wanted, read_at_rest(supply)):
        raise InstrumentError(f"asked for {wanted * 1e3:.1f} mA, read back {found * 1e3:.1f} mA")
    return f"{wanted * 1e3:.1f} mA set, {found * 1e3:.1f} mA read back"


def read_at_rest(supply: BipolarSupply) -> float:
    """Return what a supply may read in A where no current flows: the resolution of its converter."""
    return float(getattr(supply, "reads_at_rest_a", 0.0))


def refuses_while_tripped(setup: Setup[Any]) -> str:
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
