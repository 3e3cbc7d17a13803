"""Every fault of every instrument of both presets ends in a named error, with the modulators at 0 V."""

import numpy as np
import pytest
from nado_lab import instruments, sim_backend
from nado_lab.instruments import load_setup, open_setup

NAMES = ("sim:delay-oscillator", "sim:delay-oscillator-4")
UNSEEN = {("output", "stuck")}
"""An output that does not move drives nothing; what follows the drive is proved by `nado check`."""


def opened(name):
    config = load_setup(name)
    return config, sim_backend.open_bench("delay_oscillator", **config.simulation)


def every_fault():
    for name in NAMES:
        config, bench = opened(name)
        for role in config.roles:
            yield from ((name, role, kind) for kind in sorted(bench.faults_of(role)))
        bench.close()


@pytest.mark.parametrize(("name", "role", "kind"), list(every_fault()))
@pytest.mark.parametrize("after", [0, 11])
def test_every_fault_is_named_and_leaves_the_modulators_at_zero(name, role, kind, after):
    config, bench = opened(name)
    caught = None
    try:
        with open_setup(config, visa_library=bench.visa_library, clock=bench.clock) as setup:
            bench.set_fault(f"{role}:{kind}@{after}")
            for _ in range(5):
                list(setup.measure(np.zeros((2, 3, len(config.ports)))))
    except instruments.InstrumentError as error:
        caught = error
    bench.world.advance()
    assert not bench.world.sources_on()
    assert (role, kind) in UNSEEN or (caught is not None and caught.for_people)
    bench.close()


def test_outputs_that_do_not_move_are_seen_by_the_check():
    config, bench = opened("sim:delay-oscillator-4")
    with open_setup(config, visa_library=bench.visa_library, clock=bench.clock) as setup:
        bench.set_fault("output:stuck@0")
        failed = {each.name for each in setup.check() if not each.passed}
    assert "bias point" in failed
    bench.close()
