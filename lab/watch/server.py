"""The web server of the page: it answers GET and HEAD with what was seen of one folder, and nothing else."""

from __future__ import annotations

import ipaddress
import json
import logging
import secrets
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from nado_lab.lab.errors import LabError, is_for_people
from nado_lab.lab.watch.page import policy, render
from nado_lab.lab.watch.snapshot import Snapshot

_log = logging.getLogger(__name__)
LOOK_EVERY_S, PAUSE_PER_LOOK = 2.0, 10.0
"""The folder is looked at no oftener than this, and at most a tenth of the time."""
MOST_CLIENTS, CLIENT_S, WAIT_S = 32, 15.0, 10.0
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]", "::1")


@dataclass(frozen=True)
class Answer:
    """One reply."""

    status: HTTPStatus
    body: bytes
    kind: str = "text/plain; charset=utf-8"


class Looks:
    """The newest snapshot for any number of clients; at most one thread looks at the folder."""

    def __init__(self, look: Callable[[], Snapshot]) -> None:
        self._look, self._lock = look, threading.Lock()
        self._newest: Snapshot | None = None
        self._due = 0.0

    def newest(self) -> Snapshot:
        """Give the newest snapshot, a new one where it is due; LabError while the folder does not answer."""
        if not self._lock.acquire(timeout=WAIT_S):
            raise LabError(f"the folder has not answered for {WAIT_S:g} s; nothing newer is known")
        try:
            began = time.monotonic()
            if self._newest is None or began >= self._due:
                self._newest = self._look()
                ended = time.monotonic()
                self._due = ended + max(LOOK_EVERY_S, PAUSE_PER_LOOK * (ended - began))
            return self._newest
        finally:
            self._lock.release()


@dataclass(frozen=True)
class Site:
    """What may be asked for, and by whom: with a token its holders, without one who reaches the loopback."""

    looks: Looks
    token: str = ""
    pages: dict[str, Callable[[Snapshot], Answer]] = field(
        default_factory=lambda: {"/": _page, "/state.json": _state}
    )

    def answer(self, target: str, host: str) -> Answer:
        """Answer one request for `target` (path and query) that came with the header `Host`."""
        asked = urlsplit(target)
        if problem := self._refusal(asked.query, host):
            return problem
        make = self.pages.get(asked.path)
        if make is None:
            return _text(HTTPStatus.NOT_FOUND, "there is / and /state.json")
        try:
            return make(self.looks.newest())
        except Exception as error:  # noqa: BLE001  (a page must not end the server)
            if not is_for_people(error):
                _log.exception("the page could not be made")
            told = (
                str(error)
                if is_for_people(error)
                else "the page could not be made; the server's log says why"
            )
            return _text(HTTPStatus.SERVICE_UNAVAILABLE, told)

    def _refusal(self, query: str, host: str) -> Answer | None:
        """Refuse who has no token; without tokens, names that are not this computer's (DNS rebinding)."""
        if self.token:
            given = parse_qs(query).get("token", [""])[0]
            if secrets.compare_digest(given.encode(), self.token.encode()):
                return None
            return _text(HTTPStatus.FORBIDDEN, "this page needs the whole address that nado watch printed")
        name = host.rsplit(":", 1)[0] if host.count(":") == 1 or "]:" in host else host
        if name.lower() in LOOPBACK_NAMES:
            return None
        return _text(HTTPStatus.FORBIDDEN, "this page is for this computer: ask for http://localhost")


class Server(ThreadingHTTPServer):
    """A thread a client, no more than MOST_CLIENTS at a time, each for CLIENT_S seconds at most."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, site: Site, host: str, port: int) -> None:
        self.site, self._free = site, threading.BoundedSemaphore(MOST_CLIENTS)
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), Handler)

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        """Hand a client to a thread of its own; where all are busy, hang up."""
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)  # type: ignore[arg-type]
        except BaseException:
            self._free.release()
            raise

    def process_request_thread(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        """Serve a client; one that is too slow is cut off."""
        cut = threading.Timer(CLIENT_S, _hang_up, [request])
        cut.daemon = True
        cut.start()
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]
        finally:
            cut.cancel()
            self._free.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that left or was cut off in mid-sentence."""
        _log.debug("a client was lost: %s", client_address, exc_info=True)


class Handler(BaseHTTPRequestHandler):
    """Answer one request, with headers that keep the page from loading or running anything."""

    server_version, sys_version = "nado-watch", ""
    timeout = CLIENT_S
    server: Server  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        """Answer with the page."""
        self._send(self.server.site.answer(self.path, self.headers.get("Host", "")))

    do_HEAD = do_GET

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what is no request for a page: no page is made of what came."""
        self.close_connection = True
        self._send(_text(HTTPStatus(code), HTTPStatus(code).phrase))

    def log_message(self, format: str, *args: object) -> None:
        """Keep the console free; the address may hold the token."""

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        headers = {
            "Content-Type": answer.kind,
            "Content-Length": str(len(answer.body)),
            "Content-Security-Policy": policy(),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)


def is_loopback(host: str) -> bool:
    """Say whether an address can be reached from this computer only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _page(snapshot: Snapshot) -> Answer:
    return Answer(HTTPStatus.OK, render(snapshot), "text/html; charset=utf-8")


def _state(snapshot: Snapshot) -> Answer:
    text = json.dumps(snapshot.to_json(), allow_nan=False)
    return Answer(HTTPStatus.OK, text.encode(), "application/json")


def _text(status: HTTPStatus, text: str) -> Answer:
    return Answer(status, f"{text}\n".encode("utf-8", errors="backslashreplace"))


def _hang_up(request: socket.socket) -> None:
    with suppress(OSError):
        request.shutdown(socket.SHUT_RDWR)
