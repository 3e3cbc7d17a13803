"""What drivers of instruments without an error queue share: refusals are read from the event register."""

from nado_lab.instruments.drivers.base import SafeDriver
from nado_lab.instruments.errors import DeviceReportedError, ReplyError

_REFUSED = 16 + 32


class EventStatusDriver(SafeDriver):
    """Read refused commands from the standard event register."""

    def check_errors(self) -> list[str]:
        """Raise DeviceReportedError where the instrument refused a command since the last look."""
        status = self._register("*ESR?")
        if status & _REFUSED:
            raise DeviceReportedError(f"{self.name} refused a command (event status {status})")
        return []

    def _register(self, query: str) -> int:
        """Read a register as a number."""
        reply = self.ask(query).strip()
        if not reply.isdigit():
            raise ReplyError(f"{self.name}: expected a number to {query}, got {reply[:40]!r}")
        return int(reply)

    def _number(self, query: str) -> float:
        """Read a number."""
        reply = self.ask(query).strip()
        try:
            return float(reply)
        except ValueError:
            raise ReplyError(f"{self.name}: expected a number to {query}, got {reply[:40]!r}") from None
