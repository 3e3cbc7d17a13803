"""What drivers share that start something long and ask whether it is over (``*OPC``, bit 0 of ``*ESR?``)."""

from nado_lab.instruments.drivers.base import SafeDriver
from pymeasure.instruments import Instrument


class OperationDriver(SafeDriver):
    """Start an operation and follow it to its end without blocking the bus."""

    running = False

    event_status = Instrument.measurement("*ESR?", """Get and clear the standard event register.""", cast=int)

    def _start(self, *commands: str) -> None:
        self.running = True
        for command in (*commands, "*OPC"):
            self.write(command)
        self.check_errors()

    def _still_running(self) -> bool:
        if self.running and int(self.read_back("event_status")) & 1:
            self.running = False
        return self.running
