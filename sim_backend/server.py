"""A bench over the network: each instrument on a TCP port of its own, raw SCPI lines, on the wall clock."""

import socket
import threading
from collections import deque
from collections.abc import Callable

from nado_lab.sim_backend.bench import Bench
from nado_lab.sim_backend.scpi import Arrivals
from pyvisa import errors

_CHUNK = 65536
_POLL_S = 0.2
_MOST_CLIENTS = 32
"""Connections to one instrument at a time; a real one takes fewer (a DMM6500 one, a 33500 two)."""
_MOST_WAITING = 1 << 26
"""Bytes of a message without an end, and of replies that nobody fetches: then the connection is closed."""
_SEND_S = 5.0
"""How long a client may take none of what it asked for."""


class BenchServer:
    """Serve the instruments of a bench; usable from pyvisa-py, netcat or LabVIEW."""

    def __init__(self, bench: Bench, host: str = "127.0.0.1", port: int = 0):
        """Listen on ``port``, ``port`` + 1, … in the order of the roles; 0 takes free ports."""
        if bench.channels:
            roles = ", ".join(bench.channels)
            raise ValueError(
                f"{roles}: channels of an NI card are no VISA instruments; nothing can be served"
            )
        self.bench, self.host = bench, host
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []
        self.ports: dict[str, int] = {}
        self._sockets: list[socket.socket] = []
        self._told: set[tuple[str, str]] = set()
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

    def wait(self, tell: Callable[[str], object] = lambda _line: None) -> None:
        """Serve until ``close`` is called; ``tell`` is told once of each refused command."""
        while not self._stopped.wait(_POLL_S):
            for line in self.new_refusals():
                tell(line)

    def new_refusals(self) -> list[str]:
        """Return what instruments refused that was not returned before, a line each command."""
        found = []
        for role, (_, device) in self.bench.roles.items():
            for command, why in list(device.refused.items()):
                if (role, command) not in self._told:
                    self._told.add((role, command))
                    found.append(f"{role} refused {command}: {why}")
        return found

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

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        name = f"{target.__name__.lstrip('_')} {arguments[-1]}"
        thread = threading.Thread(target=target, args=arguments, name=name, daemon=True)
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
            self._threads = [thread for thread in self._threads if thread.is_alive()]
            talking = [thread for thread in self._threads if thread.name == f"talk {role}"]
            if len(talking) >= _MOST_CLIENTS:
                connection.close()
                continue
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)  # a half-open one ends in time
            self._start(self._talk, connection, role)

    def _talk(self, connection: socket.socket, role: str) -> None:
        """Answer one client until it hangs up: commands are executed at once, replies sent when ready."""
        arrivals = Arrivals()
        replies: deque[tuple[bytes, float]] = deque()
        with connection:
            while not self._stopped.is_set():
                try:
                    self._send_ready(connection, replies)
                    connection.settimeout(self._patience(replies))
                    data = connection.recv(_CHUNK)
                    if not data:
                        return
                    replies += [self._execute(role, message) for message in arrivals.feed(data)]
                    if max(arrivals.waiting, sum(len(reply) for reply, _ in replies)) > _MOST_WAITING:
                        return
                except TimeoutError:
                    continue
                except (OSError, errors.VisaIOError):
                    return

    def _send_ready(self, connection: socket.socket, replies: deque[tuple[bytes, float]]) -> None:
        """Send what is ready; a client that reads nothing for a while is hung up on."""
        connection.settimeout(_SEND_S)
        while replies and replies[0][1] <= self.bench.clock.now():
            try:
                connection.sendall(replies.popleft()[0])
            except TimeoutError as error:
                raise ConnectionAbortedError("the client does not read") from error

    def _patience(self, replies: deque[tuple[bytes, float]]) -> float:
        """Return how long to listen in s: until the next reply is ready, a while if there is none."""
        wait = replies[0][1] - self.bench.clock.now() if replies else _POLL_S
        return min(max(wait, 1e-4), _POLL_S)

    def _execute(self, role: str, message: bytes) -> tuple[bytes, float]:
        """Give one message to the instrument; return its reply and when that is ready."""
        gate = self.bench.gate(role)
        with self.bench.visa_library.lock:
            if gate.needs_world(message):
                self.bench.world.advance()
            gate.write(message)
            return gate.take(len(gate.output)), gate.ready_at


def serve(bench: Bench, host: str = "127.0.0.1", port: int = 0) -> BenchServer:
    """Put a bench (opened with ``clock=WallClock()``) on the network; loopback unless ``host`` is given."""
    return BenchServer(bench, host, port)
