"""Where paths of a twin begin."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class Start(NamedTuple):
    """Hold past components (row, delays + 1, component), the last is now, and past drive (row, lags, port).

    And, where measured steps before tell of them, the hidden states (row, hidden); None: all zero. `effects`
    (row, effect) are the trials' own numbers; None: all zero. `defined` says that this is a device's defined
    initial state, not one that was measured.
    """

    components: Tensor
    drive: Tensor
    hidden: Tensor | None = None
    effects: Tensor | None = None
    defined: bool = False

    def at(self, rows: Tensor) -> Start:
        """Return the starts of the given rows."""
        hidden = None if self.hidden is None else self.hidden[rows]
        effects = None if self.effects is None else self.effects[rows]
        return Start(self.components[rows], self.drive[rows], hidden, effects, self.defined)

    def repeat(self, times: int) -> Start:
        """Return all rows `times` over."""
        hidden = None if self.hidden is None else self.hidden.repeat(times, 1)
        effects = None if self.effects is None else self.effects.repeat(times, 1)
        components, drive = self.components.repeat(times, 1, 1), self.drive.repeat(times, 1, 1)
        return Start(components, drive, hidden, effects, self.defined)
