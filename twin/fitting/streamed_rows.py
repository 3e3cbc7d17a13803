"""Rows of a fit that memory cannot hold whole: as rows are drawn, new ones take the place of the oldest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.model.rows import Rows, rows_of
from nado_lab.twin.model.twin import Twin
from torch import Tensor

DRAWS = 2
"""How often a row is drawn, on average, before it gives way."""

MoreTrials = Callable[[Tensor], Iterator[Trials]]
"""Give further trials, block by block, without those whose sequence (number,) is held out."""


@dataclass(frozen=True)
class StreamedRows(Rows):
    """Rows of a fixed number, whose contents change as they are drawn."""

    stream: RowStream

    def at(self, rows: Tensor) -> Rows:
        """Return the given rows, and read new ones when it is time."""
        found = Rows(self.drive, self.truth, self.components, self.start).at(rows)
        self.stream.drawn(self, len(rows))
        return found


class RowStream:
    """Write blocks of trials over the oldest rows, at the pace at which rows are drawn."""

    def __init__(self, twin: Twin, blocks: Iterator[Trials]) -> None:
        self._twin, self._blocks = twin, blocks
        self._place, self._due = 0, 0
        self.read = 0

    def drawn(self, rows: Rows, count: int) -> None:
        """Take note that `count` rows were drawn; read what is due."""
        self._due += count
        while self._due > 0 and (block := next(self._blocks, None)) is not None:
            self._write(rows, rows_of(self._twin, block.on(self._twin.ports)))
            self._due -= DRAWS * len(block)
            self.read += len(block)

    @torch.no_grad()
    def _write(self, rows: Rows, new: Rows) -> None:
        places = (self._place + torch.arange(len(new))) % len(rows)
        pairs = [(rows.drive, new.drive), (rows.truth, new.truth), (rows.components, new.components)]
        pairs += [(rows.start.components, new.start.components), (rows.start.drive, new.start.drive)]
        for old, fresh in pairs:
            old[places] = fresh
        if rows.start.hidden is not None:
            rows.start.hidden[places] = 0.0 if new.start.hidden is None else new.start.hidden
        self._place = (self._place + len(new)) % len(rows)


def stream_rows(twin: Twin, rows: Rows, blocks: Iterator[Trials]) -> StreamedRows:
    """Let rows give way to those of `blocks`, which need not end; blocks of any size will do."""
    known = rows.start
    start = known._replace(components=known.components.contiguous(), drive=known.drive.contiguous())
    return StreamedRows(rows.drive.clone(), rows.truth, rows.components, start, RowStream(twin, blocks))
