"""Keithley 2700 with a 7709 matrix in slot 1: channels 101 to 150, closed and opened.

Dialect: PyMeasure's Keithley2700; identity as one answered to a public program.
"""

from nado_lab.sim_backend.scpi import ScpiDevice, command
from nado_lab.sim_backend.scpi.errors import out_of_range

_CHANNELS = range(101, 151)


class Keithley2700(ScpiDevice):
    """Remember what is closed."""

    identity = "KEITHLEY INSTRUMENTS INC.,MODEL 2700,1150720,B09  /A02  "
    reply_s = 0.005
    faults = ScpiDevice.faults | {"stuck"}

    def __init__(self, clock):
        super().__init__(clock)
        self.closed: set[int] = set()
        self.stuck: set[int] = set()

    def recover(self) -> None:
        """Let a relay go that stuck."""
        super().recover()
        self.stuck = set()

    def stick(self) -> None:
        """Weld the relays that are closed, or the first one."""
        self.stuck = set(self.closed) or {_CHANNELS[0]}
        self.closed |= self.stuck

    def reset(self) -> None:
        """Open every channel."""
        super().reset()
        self._open_all()

    @command("*OPT?")
    def _cards(self) -> str:
        return "7709,NONE"

    @command("ROUTe:OPEN:ALL")
    def _open_all(self) -> None:
        self.closed = set(self.stuck)

    @command("ROUTe:MULTiple:CLOSe")
    def _close(self, listed: bytes) -> None:
        self.closed |= _listed(listed)

    @command("ROUTe:MULTiple:OPEN")
    def _open(self, listed: bytes) -> None:
        self.closed = self.closed - _listed(listed) | self.stuck

    @command("ROUTe:MULTiple:CLOSe?", "ROUTe:CLOSe?")
    def _which(self) -> str:
        return f"(@{','.join(map(str, sorted(self.closed)))})"


def _listed(argument: bytes) -> set[int]:
    """Return the channels of ``(@101,105)``, or refuse them."""
    text = argument.decode("latin-1").strip().removeprefix("(@").removesuffix(")")
    channels = {int(part) if part.strip().isdigit() else 0 for part in text.split(",")}
    if not channels <= set(_CHANNELS):
        raise out_of_range("channel list")
    return channels
