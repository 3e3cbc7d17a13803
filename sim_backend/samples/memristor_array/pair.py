"""A fast conductance that follows a slow one, tick by tick in machine code (Runge-Kutta, fourth order).

As many steps a tick as `share` (largest change of the exponent a step) asks for.
"""

import math

from nado_lab.sim_backend.compiled import compiled, inlined
from nado_lab.sim_backend.samples.stream import normal

ROWS = ("k1", "k2", "k3", "k4", "tau", "tau0", "rest", "breaks_at")
"""The rows of the matrix of constants."""
OFF_V = 0.05
"""Below this a device counts as switched off: both conductances relax, and nothing flows."""


@inlined
def _fast(c, device, drive, g, g0):
    """Return dg/dt for drive = k3 exp(k4 V)."""
    return -(g - g0) / c[4, device] + c[0, device] * drive * g * (1.0 - (1.0 - 2.0 * g) ** 2)


@inlined
def _slow(c, device, lift, g0):
    """Return dg0/dt for lift = k2 exp(V)."""
    return -(g0 - c[6, device]) / c[5, device] + lift * (1.0 - 100.0 * (g0 - 0.5) ** 2)


@inlined
def _step(c, device, drive, lift, g, g0, h):
    a, b = _fast(c, device, drive, g, g0), _slow(c, device, lift, g0)
    a2 = _fast(c, device, drive, g + 0.5 * h * a, g0 + 0.5 * h * b)
    b2 = _slow(c, device, lift, g0 + 0.5 * h * b)
    a3 = _fast(c, device, drive, g + 0.5 * h * a2, g0 + 0.5 * h * b2)
    b3 = _slow(c, device, lift, g0 + 0.5 * h * b2)
    a4 = _fast(c, device, drive, g + h * a3, g0 + h * b3)
    b4 = _slow(c, device, lift, g0 + h * b3)
    return g + h * (a + 2.0 * a2 + 2.0 * a3 + a4) / 6.0, g0 + h * (b + 2.0 * b2 + 2.0 * b3 + b4) / 6.0


@compiled
def run_pair(  # noqa: PLR0913
    c, g, g0, cycle, broken, words, volts, dt, limits, disturbance, share, amperes
):
    """Carry devices on through volts (tick, device) >= 0; write the current (tick, device) at each begin.

    c (row, device); g, g0, cycle, broken (device,) state; words (device, 4) random streams; limits (device,)
    compliance in A; disturbance: cycle's size and correlation time.
    """
    keep = math.exp(-dt / disturbance[1])
    width = math.sqrt(1.0 - keep * keep)
    for device in range(volts.shape[1]):
        for tick in range(volts.shape[0]):
            volt = volts[tick, device]
            if broken[device] > 0.0:
                current = volt / broken[device]
                amperes[tick, device] = max(min(current, limits[device]), -limits[device])
                continue
            drive, lift = 0.0, 0.0
            if disturbance[0] > 0.0:
                cycle[device] = keep * cycle[device] + width * normal(words[device])
            if volt >= OFF_V:
                k3 = c[2, device] * (1.0 + disturbance[0] * cycle[device])
                drive = k3 * math.exp(c[3, device] * volt)
                if drive * g[device] > limits[device]:
                    drive = limits[device] / g[device]
                    volt = math.log(drive / k3) / c[3, device]
                lift = c[1, device] * math.exp(volt) if volt >= OFF_V else 0.0
            amperes[tick, device] = drive * g[device]
            if drive * g[device] > c[7, device]:
                broken[device] = 100.0
            fastest = 1.0 / c[4, device] + 2.0 * c[0, device] * drive + 20.0 * lift
            steps = max(math.ceil(dt * fastest / share), 1)
            for _ in range(steps):
                g[device], g0[device] = _step(c, device, drive, lift, g[device], g0[device], dt / steps)
