"""Harmonics 0, 1 and 2 of the voltage over one rotation, against the angle of the field."""

import numpy as np

NAMES = ("h0", "h1x", "h1y", "h2x", "h2y")


def basis(angles: np.ndarray) -> np.ndarray:
    """Return the projection (sample, 5) on 1, cos, sin, cos 2, sin 2 of the field angles in rad."""
    rows = [
        np.full(len(angles), 0.5),
        np.cos(angles),
        np.sin(angles),
        np.cos(2 * angles),
        np.sin(2 * angles),
    ]
    return 2 / len(angles) * np.stack(rows, axis=1)


def harmonics(volts: np.ndarray, projection: np.ndarray) -> np.ndarray:
    """Return the readout (…, channel) of waveforms (…, sample, contact); channels run contact by contact."""
    parts = np.einsum("...sc,sh->...ch", volts, projection)
    return parts.reshape(*parts.shape[:-2], -1)


def channel_names(contacts: int) -> tuple[str, ...]:
    """Return the names of the readout channels, ``h1x_0`` for the first harmonic in phase of contact 0."""
    return tuple(f"{name}_{contact}" for contact in range(contacts) for name in NAMES)
