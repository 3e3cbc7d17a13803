"""Where a released wall goes in a tick, tabled over the place of its minimum."""

from collections.abc import Collection

import numpy as np


def contact_at_segment(segments: int) -> np.ndarray:
    """Return the contact (0 to 3) at each segment, -1 between contacts: (segment,) int64."""
    segment = np.arange(segments)
    return np.where(segment % (segments // 4) == 0, segment // (segments // 4), -1)


def release_goals(segments: int, limited: Collection[int]) -> np.ndarray:
    """Return the goal of a wall from each contact for each place of the minimum: (contact, segment) int64.

    The goal is the minimum; from a limited contact it is the next contact when the minimum is farther away.
    """
    quarter = segments // 4
    minimum = np.arange(segments)
    start = quarter * np.arange(4)[:, None]
    way = (minimum - start) % segments
    beyond = (way > quarter) & (way < 3 * quarter)
    next_contact = (start + np.where(2 * way < segments, quarter, -quarter)) % segments
    only = np.isin(np.arange(4), list(limited))[:, None]
    return np.where(beyond & only, next_contact, minimum)
