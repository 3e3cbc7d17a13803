"""Net moment of the rings from where their walls are."""

import numpy as np


def net_moment(segment: np.ndarray, segments: int) -> np.ndarray:
    """Return the moment (replica, 2) of walls at segment (replica, ring, 2), 1 for all onions along y.

    The circulation changes sign at each wall and walls count zero; vortices cancel.
    """
    tangent = _tangents(segments)
    sums = np.concatenate([np.zeros((1, 2)), np.cumsum(np.concatenate([tangent, tangent]), axis=0)])
    head, tail = segment[..., 0], segment[..., 1]
    turn = (tail - head) % segments
    clockwise = sums[head + turn] - sums[head + 1]
    moment = -2 * clockwise - tangent[head] - tangent[tail]
    total = np.where((head >= 0)[..., None], moment, 0.0).sum(axis=-2)
    return total / (_onion(segments) * segment.shape[-2])


def _tangents(segments: int) -> np.ndarray:
    angle = 2 * np.pi * np.arange(segments) / segments
    return np.stack([-np.sin(angle), np.cos(angle)], axis=1)


def _onion(segments: int) -> float:
    return float(np.abs(_tangents(segments)[:, 1]).sum())
