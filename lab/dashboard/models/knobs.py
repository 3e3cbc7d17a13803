"""What can be turned on a simulated bench while it runs: temperature, noise, drift."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nado_lab.lab.compose import Bench

PERCENT, MICROVOLTS = 1e2, 1e6
NOISE = {"white_v": "white", "pink_v": "1/f", "mains_v": "mains pick-up"}
DRIFT = {
    "gain_per_hour": ("readout gain", "%/h", PERCENT, "Relative change of the readout's gain"),
    "offset_v_per_hour": ("readout offset", "µV/h", MICROVOLTS, "Change of the readout's offset"),
    "field_gain_per_hour": ("field", "%/h", PERCENT, "Relative change of the field an ampere makes"),
}


@dataclass(frozen=True)
class Knob:
    """One number that can be turned, in people's units; `set` may wait for the bench's lock."""

    group: str
    name: str
    unit: str
    least: float
    most: float
    get: Callable[[], float]
    set: Callable[[float], None]
    hint: str = ""


def knobs(bench: Bench) -> list[Knob]:
    """Give all knobs of a simulated bench, by group."""
    noise = getattr(bench.world, "noise", None)
    strengths = [_strength(noise, key, text) for key, text in NOISE.items() if hasattr(noise, key)]
    return [_temperature(bench), _scale(bench), *strengths, *(_drift(bench, key) for key in DRIFT)]


def drifted(bench: Bench) -> str:
    """Say how far readout and field have drifted by now."""
    now, found = bench.clock.now(), bench.conditions
    if not found.drifted:
        return "as calibrated"
    gain, field = PERCENT * (found.gain(now) - 1), PERCENT * (found.field_gain(now) - 1)
    return f"gain {gain:+.3g} %, offset {MICROVOLTS * found.offset_v(now):+.3g} µV, field {field:+.3g} %"


def _temperature(bench: Bench) -> Knob:
    hint = "Of the sample: how readily walls depin, how widely switching fields spread."
    get = lambda: bench.conditions.temperature_k  # noqa: E731
    return Knob("Temperature and noise", "temperature", "K", 1, 800, get, bench.set_temperature, hint)


def _scale(bench: Bench) -> Knob:
    hint = "All readout noise times this; 1 is the noise the bench was opened with."
    get = lambda: bench.conditions.noise_scale  # noqa: E731
    return Knob("Temperature and noise", "all noise", "×", 0, 1000, get, bench.set_noise, hint)


def _strength(noise: object, key: str, text: str) -> Knob:
    return Knob(
        "Temperature and noise",
        text,
        "µV",
        0,
        10_000,
        lambda: getattr(noise, key) * MICROVOLTS,
        lambda value: setattr(noise, key, value / MICROVOLTS),
        f"Strength of the {text} noise on every contact; takes effect with the next samples.",
    )


def _drift(bench: Bench, key: str) -> Knob:
    name, unit, factor, hint = DRIFT[key]

    def turn(value: float) -> None:
        bench.set_drift(**vars(replace(bench.conditions.drift, **{key: value / factor})))

    now = lambda: getattr(bench.conditions.drift, key) * factor  # noqa: E731
    return Knob("Drift", name, unit, -1000, 1000, now, turn, f"{hint} an hour of bench time.")
