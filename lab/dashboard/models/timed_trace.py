"""A curve of readings at times of their own, for strip charts: some a second, not thousands."""

from bisect import bisect_left, bisect_right

import numpy as np


class TimedTrace:
    """Keep the newest readings with their times, in s since the run began; drawn like a `Trace`."""

    step = 1.0

    def __init__(self, capacity: int) -> None:
        self.capacity, self.count = capacity, 0
        self._times: list[float] = []
        self._values: list[float] = []

    def __len__(self) -> int:
        """Count what is kept."""
        return len(self._times)

    def append(self, value: float, at: float) -> None:
        """Take a reading; one that is older than the newest counts as taken with it."""
        self._times.append(max(at, self._times[-1]) if self._times else at)
        self._values.append(float(value))
        self.count += 1
        if len(self._times) > 2 * self.capacity:
            del self._times[: -self.capacity], self._values[: -self.capacity]

    @property
    def span(self) -> tuple[float, float]:
        """Give the times of the oldest and the newest reading."""
        return (self._times[0], self._times[-1]) if self._times else (0.0, 0.0)

    def newest(self, count: int) -> np.ndarray:
        """Give the newest readings."""
        return np.array(self._values[-count:])

    def view(self, low: float, high: float, bins: int) -> tuple[np.ndarray, np.ndarray]:
        """Give times and readings between two times, one beyond at each side, thinned out."""
        first = max(bisect_left(self._times, low) - 1, 0)
        last = bisect_right(self._times, high) + 1
        every = max(1, (last - first) // (4 * bins))
        return np.array(self._times[first:last:every]), np.array(self._values[first:last:every], np.float32)
