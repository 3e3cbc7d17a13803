"""What can go wrong at the bench, by name; every message says what was expected, what came, what to do."""


class InstrumentError(Exception):
    """Any failure of an instrument or a setup."""

    for_people = True


class SetupError(InstrumentError):
    """A setup that cannot be used: unknown name, bad TOML, roles that do not fit."""


class LimitError(InstrumentError, ValueError):
    """A value beyond a limit; nothing was sent."""


class IdentityError(InstrumentError):
    """Another instrument answers at the address."""


class InstrumentTimeout(InstrumentError):
    """No answer within the VISA time-out."""


class ReplyError(InstrumentError):
    """An answer that cannot be understood: garbage, a truncated block, a setting that did not take."""


class DisconnectedError(InstrumentError):
    """The connection to the instrument is gone."""


class DeviceReportedError(InstrumentError):
    """The instrument put an error into its queue."""


class InterlockError(InstrumentError):
    """A protective circuit is open: coil over-temperature or an interlock tripped by hand."""


class BusyError(InstrumentError):
    """A setup that measures already, in another thread."""


class OverloadError(InstrumentError):
    """A signal beyond the range of the instrument that reads it."""


class StuckOutputError(InstrumentError):
    """An output that keeps flowing after it was switched off."""


class TrialEndedError(InstrumentError):
    """A stepwise trial that is over: stopped, made safe, or its next step did not come in time."""
