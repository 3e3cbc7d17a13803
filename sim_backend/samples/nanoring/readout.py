"""Anisotropic magnetoresistance of the walls, as weights and drops for the kernel.

Domains carry the current along the magnetisation, walls across it:
R = R0 - dR sum over walls of w [1 + k cos 2(theta - phi)] / (2 sum of w) - tilt, with the weight w of the
walls' ring, the angle phi of the contact pair, and a reversible tilt of the domains quadratic in the field.
"""

import numpy as np
from nado_lab.sim_backend.samples.nanoring.parameters import ReadoutParameters

WEIGHT_UNIT = 1 << 20


def contact_angles(contacts: int) -> np.ndarray:
    """Return the angle phi (rad) of each contact pair, spread over a quarter turn."""
    return np.arange(contacts) * np.pi / 2 / max(contacts, 1)


def view_weights(size: int, contacts: int, width: float) -> np.ndarray:
    """Return how much each contact pair sees of each ring: (ring, contact) int64, a patch on the diagonal."""
    place = (np.arange(size) + 0.5) / size
    centre = (np.arange(contacts) + 0.5) / max(contacts, 1)
    profile = np.exp(-((place[:, None] - centre) ** 2) / (2 * width**2))
    weights = profile[:, None, :] * profile[None, :, :]
    return np.rint(weights.reshape(size * size, contacts) * WEIGHT_UNIT).astype(np.int64)


def wall_drops(weights: np.ndarray, segments: int, parameters: ReadoutParameters) -> np.ndarray:
    """Return the drop (ohm) of one unit of weight of walls at each segment: (contact, segment)."""
    angle = 2 * np.pi * np.arange(segments) / segments
    phase = 2 * (angle - contact_angles(weights.shape[1])[:, None])
    shape = 1 + parameters.wall_anisotropy * np.cos(phase)
    return parameters.wall_drop_ohm * shape / (2 * weights.sum(axis=0)[:, None])


def tilt_drops(contacts: int, parameters: ReadoutParameters) -> np.ndarray:
    """Return ohm per T^2 for H^2, Hx^2 - Hy^2 and 2 Hx Hy: (contact, 3)."""
    angle = 2 * contact_angles(contacts)
    parts = np.stack(
        [
            np.ones(contacts),
            parameters.tilt_anisotropy * np.cos(angle),
            parameters.tilt_anisotropy * np.sin(angle),
        ],
        axis=1,
    )
    return parameters.tilt_drop_ohm / parameters.tilt_field_t**2 * parts
