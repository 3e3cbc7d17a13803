"""A bench over the network: each instrument on a TCP port of its own, raw SCPI lines, on the wall clock."""

import socket
import threading
from typing import Any

from pyvisa import errors

from .bench import Bench
from .scpi import Arrivals

_CHUNK = 65536
_POLL_S = 0.2


class BenchServer:
    """Serve the instruments of a bench; usable from pyvisa-py, netcat or LabVIEW."""

    def __init__(self, bench: Bench, host: str = "127.0.0.1", port: int = 0):
        """Listen on ``port``, ``port`` + 1, … in the order of the roles; 0 takes free ports."""
        self.bench, self.host = bench, host
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []
        self.ports: dict[str, int] = {}
        self._sockets: list[socket.socket] = []
        try:
            for index, role in enumerate(bench.roles):
                self._listen(role, port + index if port else 0)
        except OSError:
            self.close()
            raise

    def _listen(self, role: str, port: int) -> None:
        listener = socket.create_server((self.host, port))
        listener.settimeout(_POLL_S)
        self._sockets.append(listener)
        self.ports[role] = listener.getsockname()[1]
        self._start(self._accept, listener, role)

    def addresses(self) -> dict[str, str]:
        """Return role -> VISA address, for the setup file that reaches this bench."""
        return {role: f"TCPIP0::{self.host}::{port}::SOCKET" for role, port in self.ports.items()}

    def wait(self) -> None:
        """Serve until ``close`` is called."""
        while not self._stopped.wait(_POLL_S):
            pass

    def close(self) -> None:
        """Stop listening and hang up."""
        self._stopped.set()
        for thread in self._threads:
            thread.join(timeout=2.0)
        for listener in self._sockets:
            listener.close()

    def __enter__(self) -> "BenchServer":
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    def _start(self, target: Any, *arguments: Any) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket, role: str) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self._start(self._talk, connection, role)

    def _talk(self, connection: socket.socket, role: str) -> None:
        """Answer one client until it hangs up."""
        arrivals = Arrivals()
        connection.settimeout(_POLL_S)
        with connection:
            while not self._stopped.is_set():
                try:
                    data = connection.recv(_CHUNK)
                except TimeoutError:
                    continue
                except OSError:
                    return
                if not data or not self._answer(connection, role, arrivals.feed(data)):
                    return

    def _answer(self, connection: socket.socket, role: str, messages: list[bytes]) -> bool:
        """Execute messages and send the replies when they are ready; False: hang up."""
        gate = self.bench.gate(role)
        for message in messages:
            with self.bench.visa_library.lock:
                self.bench.world.advance()
                try:
                    gate.write(message)
                except errors.VisaIOError:
                    return False
                reply, ready_at = gate.take(len(gate.output)), gate.ready_at
            if not reply:
                continue
            pause = ready_at - self.bench.clock.now()
            if pause > 0 and self._stopped.wait(pause):
                return False
            try:
                connection.sendall(reply)
            except OSError:
                return False
        return True


def serve(bench: Bench, host: str = "127.0.0.1", port: int = 0) -> BenchServer:
    """Put a bench (opened with ``clock=WallClock()``) on the network; loopback unless ``host`` is given."""
    return BenchServer(bench, host, port)
