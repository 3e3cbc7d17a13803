"""How long an experiment takes: what its protocol says, times the pace of the bench so far."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from nado_lab.lab.errors import is_for_people
from nado_lab.lab.store import Run, summarise
from nado_lab.protocols import MeasuringDevice, NadoProcedure, Replay, configure


class Estimates:
    """Remember, for every bench, how its seconds on the wall compare with what protocols said."""

    def __init__(self) -> None:
        self._pace: dict[tuple[str, ...], float] = {}

    def seconds(
        self, procedure: type[NadoProcedure], values: Mapping[str, object], bench: str, setup: MeasuringDevice
    ) -> float | None:
        """Estimate the seconds on the wall; None where the protocol cannot tell or a value is missing."""
        try:
            made = procedure()
            configure(made, {name: value for name, value in values.items() if value is not None})
            told = _told(made, setup)
        except Exception as error:
            if not is_for_people(error):
                raise
            return None
        pace = self._pace.get((bench, procedure.__name__), self._pace.get((bench,), 1.0))
        return None if told is None else pace * told

    def learn(
        self, procedure: NadoProcedure, bench: str, setup: MeasuringDevice, took_s: float, share: float
    ) -> None:
        """Take note that `share` (0 to 1) of a run took `took_s` seconds on the wall."""
        told = procedure.estimate_s(setup)
        if told and share > 0:
            pace = took_s / (told * share)
            self._pace[bench,] = self._pace[bench, type(procedure).__name__] = pace


def _told(procedure: NadoProcedure, setup: MeasuringDevice) -> float | None:
    """Ask the protocol; for a replay, with the shape of the run it names."""
    if isinstance(procedure, Replay) and procedure.of and Path(procedure.of).is_dir():
        columns = summarise(Run.open(procedure.of)).streams["primary"].columns
        procedure.drive = np.broadcast_to(0.0, columns["drive"].shape)
    return procedure.estimate_s(setup)
