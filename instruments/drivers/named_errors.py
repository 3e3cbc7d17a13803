"""What goes wrong on the bus, by our names instead of pyvisa's."""

from collections.abc import Iterator
from contextlib import contextmanager

from nado_lab.instruments.errors import DisconnectedError, InstrumentTimeout, ReplyError
from pyvisa import errors as visa_errors
from pyvisa.constants import StatusCode


@contextmanager
def translated(name: str, action: str) -> Iterator[None]:
    """Raise errors of the bus as those of the instrument ``name``, with the beginning of what was done."""
    done = repr(action[:60])
    try:
        yield
    except visa_errors.VisaIOError as error:
        if error.error_code == StatusCode.error_timeout:
            told = f"{name}: no answer to {done} in time; check cable and power"
            raise InstrumentTimeout(told) from error
        raise DisconnectedError(f"{name}: connection lost at {done} ({error})") from error
    except (visa_errors.InvalidSession, ConnectionError, OSError) as error:
        raise DisconnectedError(f"{name}: connection lost at {done} ({error})") from error
    except UnicodeDecodeError as error:
        raise ReplyError(f"{name}: the reply to {done} is no text ({error})") from error
