"""A random stream that lives in four words, so that compiled code can carry it on (xoshiro256++).

Blackman and Vigna, ACM Trans. Math. Softw. 47, 36 (2021).
"""

import math

import numpy as np
from nado_lab.sim_backend.compiled import inlined

_TO_UNIT = 1.0 / (1 << 53)


def seeded_words(seed: int, replicas: int) -> np.ndarray:
    """Return independent stream states (replica, 4) uint64 for a seed."""
    children = np.random.SeedSequence(seed).spawn(replicas)
    return np.stack([child.generate_state(4, np.uint64) for child in children])


@inlined
def _rotate(word, bits):
    return (word << np.uint64(bits)) | (word >> np.uint64(64 - bits))


@inlined
def uniform(words):
    """Return the next number, uniform in [0, 1), and move the stream on."""
    result = _rotate(words[0] + words[3], 23) + words[0]
    shifted = words[1] << np.uint64(17)
    words[2] ^= words[0]
    words[3] ^= words[1]
    words[1] ^= words[2]
    words[0] ^= words[3]
    words[2] ^= shifted
    words[3] = _rotate(words[3], 45)
    return np.float64(result >> np.uint64(11)) * _TO_UNIT


@inlined
def normal(words):
    """Return the next number, normal with deviation 1 (Box-Muller, one of the pair)."""
    radius = math.sqrt(-2.0 * math.log(1.0 - uniform(words)))
    return radius * math.cos(2.0 * math.pi * uniform(words))
