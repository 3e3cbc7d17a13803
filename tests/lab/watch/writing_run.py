"""Write a run as a measuring process does: `python writing_run.py PATH ROWS PAUSE_S`."""

import sys
import time

from nado_lab.lab.store import RunMetadata, RunWriter, Status
from nado_lab.lab.store.metadata import BENCH, EXPECTED
from nado_lab.protocols import Column

COLUMNS = {
    "primary": (Column("readout", ("step", "channel"), (4, 2), units="V"), Column("level", units="mT"))
}


def write(path: str, rows: int, pause_s: float) -> None:
    """Write `rows` rows, one every `pause_s` seconds, and close the run."""
    notes = {
        EXPECTED: rows,
        BENCH: {"condition": "driving", "at": "2026-01-31T10:00:00Z", "source": "nobody"},
    }
    writer = RunWriter.create(path, RunMetadata(notes=notes), COLUMNS)
    for number in range(rows):
        writer.append("primary", {"readout": [[number, -number]] * 4, "level": 0.001 * number})
        writer.flush()
        print(number, flush=True)
        time.sleep(pause_s)
    writer.finalise(Status.COMPLETE)


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
