"""A long uniformly sampled curve that can be drawn at any zoom for the price of its pixels."""

import numpy as np

FACTOR = 32
LEVELS = 3


class Trace:
    """Keep the newest samples in a ring, with the least and the greatest of every block beside them.

    Level k holds one (least, greatest) pair for FACTOR**k samples. Drawing a million points then reads a
    few thousand pairs, and no peak is lost.
    """

    def __init__(self, capacity: int, step: float = 1.0, start: float = 0.0) -> None:
        block = FACTOR**LEVELS
        self.capacity = max(1, -(-capacity // block)) * block
        self.step, self.start, self.count = step, start, 0
        self._raw = np.zeros(self.capacity, np.float32)
        sizes = [self.capacity // FACTOR**level for level in range(1, LEVELS + 1)]
        self._least = [np.zeros(size, np.float32) for size in sizes]
        self._greatest = [np.zeros(size, np.float32) for size in sizes]

    def __len__(self) -> int:
        """Give the number of samples that are still held."""
        return min(self.count, self.capacity)

    @property
    def span(self) -> tuple[float, float]:
        """Give the positions of the oldest and the newest sample held."""
        return self.start + (self.count - len(self)) * self.step, self.start + self.count * self.step

    def append(self, values: np.ndarray) -> None:
        """Add samples (n,) at the end; the oldest are forgotten."""
        values = np.asarray(values, np.float32).ravel()
        if len(values) > self.capacity:
            self.count += len(values) - self.capacity
            values = values[-self.capacity :]
        old, self.count = self.count, self.count + len(values)
        self._raw[np.arange(old, self.count) % self.capacity] = values
        if len(values):
            self._summarise(old)

    def newest(self, count: int) -> np.ndarray:
        """Copy the newest `count` samples."""
        first = self.count - min(count, len(self))
        return self._raw[np.arange(first, self.count) % self.capacity]

    def view(self, low: float, high: float, bins: int) -> tuple[np.ndarray, np.ndarray]:
        """Give points (x, y) that draw the curve between positions `low` and `high` on `bins` pixels."""
        first = max(self.count - len(self), int(np.floor((low - self.start) / self.step)))
        last = min(self.count, int(np.ceil((high - self.start) / self.step)) + 1)
        if last <= first:
            return np.empty(0), np.empty(0)
        if last - first <= 4 * bins:
            index = np.arange(first, last)
            return self.start + index * self.step, self._raw[index % self.capacity]
        return self._envelope(first, last, bins)

    def _summarise(self, old: int) -> None:
        """Bring the blocks up to date that hold samples from number `old` on."""
        for level in range(LEVELS):
            size = FACTOR ** (level + 1)
            blocks = np.arange(old // size, (self.count - 1) // size + 1)
            slots = blocks % len(self._least[level])
            least, greatest = self._below(level, blocks)
            self._least[level][slots], self._greatest[level][slots] = least, greatest

    def _below(self, level: int, blocks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Reduce the entries of the level below to one pair a block; entries yet to come repeat the last."""
        below = FACTOR**level
        filled = -(-self.count // below)
        index = np.minimum(blocks[:, None] * FACTOR + np.arange(FACTOR), filled - 1)
        if level == 0:
            values = self._raw[index % self.capacity]
            return np.fmin.reduce(values, axis=1), np.fmax.reduce(values, axis=1)
        index %= len(self._least[level - 1])
        return (
            np.fmin.reduce(self._least[level - 1][index], axis=1),
            np.fmax.reduce(self._greatest[level - 1][index], axis=1),
        )

    def _envelope(self, first: int, last: int, bins: int) -> tuple[np.ndarray, np.ndarray]:
        """Draw each bin as a stroke from its least to its greatest value."""
        level = LEVELS - 1
        while level > 0 and (last - first) // FACTOR ** (level + 1) < bins:
            level -= 1
        size = FACTOR ** (level + 1)
        oldest = -(-(self.count - len(self)) // size)
        blocks = np.arange(max(first // size, oldest), -(-last // size))
        group = max(1, len(blocks) // bins)
        starts = np.arange(0, len(blocks), group)
        slots = blocks % len(self._least[level])
        points = np.empty(2 * len(starts), np.float32)
        points[0::2] = np.fmin.reduceat(self._least[level][slots], starts)
        points[1::2] = np.fmax.reduceat(self._greatest[level][slots], starts)
        return np.repeat(self.start + blocks[starts] * size * self.step, 2), points
