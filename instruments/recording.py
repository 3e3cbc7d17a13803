"""Record what an instrument answers: all that is sent and comes back while it is asked, never driven."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nado_lab.instruments.drivers import SafeDriver
from nado_lab.instruments.errors import InstrumentError

Pairs = list[tuple[str, str | None]]
"""What was sent, and what came back; None where nothing was read."""


def record(driver: SafeDriver) -> tuple[str, Pairs]:
    """Ask an instrument for its identity, errors and all its settings; return the identity and the pairs.

    A setting that cannot be read is in the recording none the less: its reply is what matters.
    """
    with _listening(driver) as pairs:
        identity = driver.identify()
        for name in driver.units:
            _asked(lambda quantity=name: driver.read_back(quantity))
        _asked(driver.snapshot)
        _asked(driver.check_errors)
    return identity, pairs


def _asked(action: Callable[[], object]) -> None:
    try:
        action()
    except InstrumentError:
        return


@contextmanager
def _listening(driver: SafeDriver) -> Iterator[Pairs]:
    """Keep what goes through a driver's ``write`` and ``read``."""
    pairs: Pairs = []
    write, read = driver.write, driver.read

    def written(command: str, **kwargs: object) -> None:
        pairs.append((driver.spelt(command), None))
        write(command, **kwargs)

    def answered(**kwargs: object) -> str:
        reply = read(**kwargs)
        sent, _ = pairs.pop() if pairs else ("", None)
        pairs.append((sent, reply))
        return reply

    driver.write, driver.read = written, answered  # type: ignore[method-assign]
    try:
        yield pairs
    finally:
        del driver.write, driver.read
