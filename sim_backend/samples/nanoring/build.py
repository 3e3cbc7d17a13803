"""Put the constants of one array together for the kernel."""

import numpy as np
from nado_lab.sim_backend.samples.nanoring.disorder import draw_disorder
from nado_lab.sim_backend.samples.nanoring.jumps import contact_at_segment, release_goals
from nado_lab.sim_backend.samples.nanoring.kernel import Model
from nado_lab.sim_backend.samples.nanoring.lattice import square_lattice
from nado_lab.sim_backend.samples.nanoring.parameters import NanoringParameters
from nado_lab.sim_backend.samples.nanoring.readout import tilt_drops, view_weights, wall_drops


def build_model(size: int, segments: int, seed: int, contacts: int, parameters: NanoringParameters) -> Model:
    """Return lattice, disorder of the seed and readout; the depinning table is filled in for a tick."""
    lattice = square_lattice(size)
    disorder = draw_disorder(lattice, parameters, seed)
    weights = view_weights(size, contacts, parameters.readout.view_width)
    return Model(
        junction=lattice.junction,
        rings=lattice.rings,
        axis=lattice.axis,
        inverse_depinning=1 / disorder.depinning,
        inverse_weakest=1 / disorder.weakest,
        roughness=disorder.roughness,
        least_roughness=float(disorder.roughness.min()),
        sines=np.abs(np.sin(2 * np.pi * np.arange(2 * segments) / segments)),
        table=np.zeros((2, 2)),
        inverse_factor=1 / np.array([1.0, parameters.pair_factor]),
        contact_at=contact_at_segment(segments),
        jumps=release_goals(segments, parameters.limited_contacts),
        hops=release_goals(segments, (0, 1, 2, 3)),
        weights=weights,
        drops=wall_drops(weights, segments, parameters.readout),
        tilts=tilt_drops(contacts, parameters.readout),
        resistance=parameters.readout.resistance_ohm,
        segments=segments,
        quarter=segments // 4,
        idle=parameters.idle_t,
        saturation=parameters.saturation_t,
    )
