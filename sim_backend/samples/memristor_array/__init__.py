"""Volatile memristors side by side: tungsten oxide, niobium oxide and titanium oxide."""

from nado_lab.sim_backend.samples.memristor_array.array import MemristorArray
from nado_lab.sim_backend.samples.memristor_array.parameters import (
    MODELS,
    Disturbance,
    FilmConstants,
    PairConstants,
    nbox,
    tiox,
    wox,
)

__all__ = [
    "MODELS",
    "Disturbance",
    "FilmConstants",
    "MemristorArray",
    "PairConstants",
    "nbox",
    "tiox",
    "wox",
]
