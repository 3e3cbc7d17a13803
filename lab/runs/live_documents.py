"""Send a run as documents of the bluesky event model while it goes on."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Protocol

from nado_lab.lab.errors import LabError
from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.new_output import refuse_existing
from nado_lab.lab.runs.observer import Observer, RunBegins
from nado_lab.lab.store import DocumentMaker, RunMetadata, line_of
from nado_lab.protocols import Row

Subscriber = Callable[[str, JsonObject], object]
"""What takes documents in bluesky: a name (start, descriptor, event, stop) and a document."""


class LiveDocuments(Observer):
    """Send every row, just after it was measured, to a subscriber of bluesky's.

    A subscriber that fails hears no more; the measurement goes on (`Harmless`).
    """

    def __init__(self, send: Subscriber) -> None:
        super().__init__()
        self._send = send
        self._maker: DocumentMaker | None = None
        self._described: set[str] = set()

    def begins(self, run: RunBegins) -> None:
        """Send the start of a run."""
        self._maker = DocumentMaker(run.metadata, run.columns, run.labels, run.rows)
        self._described = set()
        self._send(*self._maker.start())

    def row(self, stream: str, row: Row) -> None:
        """Send one row; before the first of a stream, what it holds."""
        if self._maker is None:
            return
        if stream not in self._described:
            self._described.add(stream)
            self._send(*self._maker.descriptor(stream))
        self._send(*self._maker.event(stream, row, time.time()))

    def ends(self, metadata: RunMetadata) -> None:
        """Send how the run ended."""
        if self._maker is not None:
            self._send(*self._maker.stop(metadata))
        self._maker = None


@contextmanager
def documents_sent(where: str) -> Iterator[LiveDocuments]:
    """Send documents to a new file of JSON lines, or to a 0MQ proxy of bluesky's at tcp://host:port."""
    if where.startswith("tcp://"):
        with closing(_publisher(where)) as publisher:
            yield LiveDocuments(publisher)
        return
    refuse_existing(where, "--documents")
    with Path(where).open("x", encoding="utf-8", newline="\n") as file:

        def write(name: str, document: JsonObject) -> None:
            file.write(line_of((name, document)) + "\n")
            file.flush()

        yield LiveDocuments(write)


class _Publisher(Protocol):
    def __call__(self, name: str, document: JsonObject) -> object: ...

    def close(self) -> object: ...


def _publisher(where: str) -> _Publisher:
    """Connect to the proxy (`bluesky-0MQ-proxy`) that bluesky's consumers of documents listen to."""
    try:
        zmq = import_module("bluesky.callbacks.zmq")
    except ImportError as error:
        raise LabError(f"sending documents to {where} needs bluesky: pip install bluesky pyzmq") from error
    try:
        return zmq.Publisher(where.removeprefix("tcp://"))
    except Exception as error:
        raise LabError(
            f"--documents {where}: {error}; expected tcp://host:port of a bluesky-0MQ-proxy"
        ) from error
