"""A film with a conducting share w, tick by tick in machine code; the voltage is held within a tick.

Without a window the equation is linear in w, and a tick is exact. With one it is integrated by Runge-Kutta
steps of fourth order, as many as `share` (largest change of the exponent a step) asks for.
"""

import math

from nado_lab.sim_backend.compiled import compiled, inlined
from nado_lab.sim_backend.samples.stream import normal, uniform

ROWS = ("alpha", "beta", "gamma", "delta", "growth", "eta", "least", "most", "tau", "window", "breaks_at")
"""The rows of the matrix of constants."""
_BISECTIONS = 60


@inlined
def film_current(c, device, volts, w):
    """Return the current in A of a device with the share w at a voltage."""
    low = c[0, device] * (1.0 - math.exp(-c[1, device] * volts))
    return (1.0 - w) * low + w * c[2, device] * math.sinh(c[3, device] * volts)


@inlined
def _limited(c, device, volts, w, most):
    """Return the voltage at which the current is the compliance ``most``."""
    inner, outer = 0.0, volts
    for _ in range(_BISECTIONS):
        middle = 0.5 * (inner + outer)
        if abs(film_current(c, device, middle, w)) > most:
            outer = middle
        else:
            inner = middle
    return inner


@inlined
def _slope(c, device, rate, w):
    held = 1.0 - math.exp(c[9, device] * (w - 1.0))
    return held * (rate - (w - c[6, device]) / c[8, device])


@inlined
def _windowed(c, device, rate, w, dt, share):
    fastest = 1.0 / c[8, device] + c[9, device] * (abs(rate) + 1.0 / c[8, device])
    steps = math.ceil(dt * fastest / share)
    h = dt / max(steps, 1)
    for _ in range(max(steps, 1)):
        first = _slope(c, device, rate, w)
        second = _slope(c, device, rate, w + 0.5 * h * first)
        third = _slope(c, device, rate, w + 0.5 * h * second)
        fourth = _slope(c, device, rate, w + h * third)
        w += h * (first + 2.0 * second + 2.0 * third + fourth) / 6.0
    return w


@compiled
def run_film(  # noqa: PLR0913
    c, w, cycle, trap, broken, words, volts, dt, limits, disturbance, share, amperes
):
    """Carry devices on through volts (tick, device); write the current (tick, device) at each tick's begin.

    c (row, device); w, cycle, trap, broken (device,) state; words (device, 4) random streams; limits
    (device,) compliance in A; disturbance: cycle's size and correlation time, trap's height, times filled
    and empty.
    """
    keep = math.exp(-dt / disturbance[1])
    width = math.sqrt(1.0 - keep * keep)
    for device in range(volts.shape[1]):
        decay = math.exp(-dt / c[8, device])
        tau, least, most = c[8, device], c[6, device], c[7, device]
        for tick in range(volts.shape[0]):
            volt = volts[tick, device]
            if broken[device] > 0.0:
                current = volt / broken[device]
                amperes[tick, device] = max(min(current, limits[device]), -limits[device])
                continue
            seen = min(w[device] + disturbance[2] * trap[device], most)
            current = film_current(c, device, volt, seen)
            if abs(current) > limits[device]:
                volt = _limited(c, device, volt, seen, limits[device])
                current = film_current(c, device, volt, seen)
            amperes[tick, device] = current
            if abs(current) > c[10, device]:
                broken[device] = 100.0
            rate = c[4, device] * math.sinh(c[5, device] * volt)
            if disturbance[0] > 0.0:
                cycle[device] = keep * cycle[device] + width * normal(words[device])
                rate *= 1.0 + disturbance[0] * cycle[device]
            if c[9, device] > 0.0:
                new = _windowed(c, device, rate, w[device], dt, share)
            else:
                goal = least + tau * rate
                new = goal + (w[device] - goal) * decay
            w[device] = max(min(new, most), least)
            if disturbance[2] > 0.0:
                dwell = disturbance[3] if trap[device] > 0.0 else disturbance[4]
                if uniform(words[device]) * dwell < dt:
                    trap[device] = 1.0 - trap[device]
