"""The one door to hardware: whoever drives a bench owns it, has the supervisor beside, and leaves it safe."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import inf
from typing import cast

from nado_lab.lab.errors import LabError
from nado_lab.lab.runs.bench import NoBench, SafeBench, bench_outside, owned
from nado_lab.lab.runs.bench_state import BenchState, Source, watch_of
from nado_lab.lab.runs.guard import Guard, guarded
from nado_lab.lab.runs.interrupts import StopRequest, shielded


class UnsafeError(LabError):
    """Say which devices could not be switched off: go and look."""


class DrivenBench:
    """A bench while it is driven: whether it is safe is known only once `make_safe` has been at work.

    All that becomes known is told to the bench's one watch (`bench_state`).
    """

    def __init__(self, setup: SafeBench, guard: Guard) -> None:
        self.setup, self._guard, self._watch = setup, guard, watch_of(setup)
        self._left = False
        self.drives()

    @property
    def state(self) -> BenchState:
        """Give what is known of the bench's safety."""
        return self._watch.state

    def drives(self, up_to: str = "") -> None:
        """Say that the bench may be driven from here on, `up_to` a value with its unit ("": its limits)."""
        self._watch.take(lambda state, at: state.driven(at, up_to))

    def hold(self) -> None:
        """Take the bench to its safe state for a while; raise what went wrong."""
        unsafe = self.make_safe()
        if unsafe:
            raise unsafe
        self._watch.take(BenchState.held)

    def alive(self) -> None:
        """Say that whoever drives is getting on."""
        self._guard.alive()

    def make_safe(self) -> UnsafeError | None:
        """Take the bench to its safe state; give what went wrong, for the caller to raise."""
        try:
            left = _left_on(self.setup.shutdown())
        except Exception as error:  # noqa: BLE001  (whatever it is, the supervisor must hear of it)
            unsafe = UnsafeError(f"could not be made safe: {error}")
            unsafe.__cause__ = error
            self._lost(str(error))
            return unsafe
        if isinstance(self.setup, NoBench):
            self._lost("the procedure opens its own instruments, which nobody else knows")
        else:
            self._watch.take(lambda state, at: state.shut_down(at, left))
        return UnsafeError(f"could not be made safe: {'; '.join(left)}") if left else None

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

    def _lost(self, why: str) -> None:
        self._watch.take(lambda state, at: state.lost(at, why))

    def supervisor_acted(self, left: tuple[str, ...]) -> None:
        """Take the supervisor's word; while this program has not left the bench it is not the last one."""
        if self._left:
            self._watch.take(lambda state, at: state.shut_down(at, left, Source.SUPERVISOR))
        else:
            self._lost("the safety supervisor switched it off while this program was driving it")


def _left_on(answer: object) -> tuple[str, ...]:
    """Read what a shutdown says is left on; people's own say nothing, True or False instead of a list."""
    if answer is None or answer is True:
        return ()
    if answer is False:
        return ("its shutdown() says that it failed",)
    return (answer,) if isinstance(answer, str) else tuple(map(str, cast("Iterable[object]", answer)))


@contextmanager
def driven(setup: SafeBench, stop: StopRequest | None = None, hang_s: float = inf) -> Iterator[DrivenBench]:
    """Own a bench and keep the supervisor beside this process while the block drives it; leave it safe.

    UnsafeError says what may still be on. `stop` hears of a supervisor that acted or died. A block that says
    `alive()` more often than every `hang_s` seconds is also watched for a hang, any other for its death only.
    """
    with owned(setup), guarded(bench_outside(setup), stop or StopRequest(), hang_s=hang_s) as guard:
        bench = DrivenBench(setup, guard)
        guard.when_acted(bench.supervisor_acted)
        try:
            with _left_safe(bench):
                yield bench
        except KeyboardInterrupt as press:
            press.add_note(f"The bench: {bench.state.text()}.")
            raise


@contextmanager
def _left_safe(bench: DrivenBench) -> Iterator[None]:
    """Leave a bench safe after the block, unless the block has done so."""
    try:
        yield
    finally:
        if not bench.is_left:
            with shielded():
                unsafe = bench.make_safe()
                bench.leave(unsafe)
                if unsafe:
                    raise unsafe
