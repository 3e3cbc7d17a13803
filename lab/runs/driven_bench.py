"""The one door to hardware: whoever drives a bench owns it, has the supervisor beside, and leaves it safe."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf

from nado_lab.lab.errors import LabError
from nado_lab.lab.runs.bench import SafeBench, bench_outside, owned
from nado_lab.lab.runs.guard import Guard, guarded
from nado_lab.lab.runs.interrupts import StopRequest, shielded


class UnsafeError(LabError):
    """Say which devices could not be switched off: go and look."""


class DrivenBench:
    """A bench while it is driven: whether it is safe is known only once `make_safe` has been at work."""

    def __init__(self, setup: SafeBench, guard: Guard) -> None:
        self.setup, self._guard = setup, guard
        self._left = False

    def alive(self) -> None:
        """Say that whoever drives is getting on."""
        self._guard.alive()

    def make_safe(self) -> UnsafeError | None:
        """Take the bench to its safe state; give what went wrong, for the caller to raise."""
        try:
            left = self.setup.shutdown()
        except Exception as error:  # noqa: BLE001  (whatever it is, the supervisor must hear of it)
            unsafe = UnsafeError(f"could not be made safe: {error}")
            unsafe.__cause__ = error
            return unsafe
        return UnsafeError(f"could not be made safe: {'; '.join(map(str, left))}") if left else None

    def leave(self, unsafe: UnsafeError | None) -> None:
        """Drive no more: let the supervisor go if the bench is safe, else let it try as well."""
        self._left = True
        if unsafe is None:
            self._guard.finish()
        else:
            self._guard.act()

    @property
    def is_left(self) -> bool:
        """Say whether the bench is driven no more."""
        return self._left


@contextmanager
def driven(setup: SafeBench, stop: StopRequest | None = None, hang_s: float = inf) -> Iterator[DrivenBench]:
    """Own a bench and keep the supervisor beside this process while the block drives it; leave it safe.

    UnsafeError says what may still be on. `stop` hears of a supervisor that acted or died. A block that says
    `alive()` more often than every `hang_s` seconds is also watched for a hang, any other for its death only.
    """
    with owned(setup), guarded(bench_outside(setup), stop or StopRequest(), hang_s=hang_s) as guard:
        bench = DrivenBench(setup, guard)
        try:
            yield bench
        finally:
            with shielded():
                if not bench.is_left:
                    unsafe = bench.make_safe()
                    bench.leave(unsafe)
                    if unsafe:
                        raise unsafe
