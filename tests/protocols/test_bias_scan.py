"""Bias scans: what they find, and how the phase drifts between them."""

import numpy as np
import pytest
from nado_lab.lab.compose import open_named_bench, open_named_setup
from nado_lab.lab.runs import run_protocol
from nado_lab.lab.store import Run, Status
from nado_lab.protocols import ProtocolError, configure, load_protocol

NAME = "sim:delay-oscillator"


def scanned(tmp_path, setup, **values):
    procedure = load_protocol("bias_scan")()
    configure(procedure, values)
    estimate = procedure.estimate_s(setup)
    began = setup.clock.now()
    run_protocol(procedure, setup, tmp_path / "run")
    run = Run.open(tmp_path / "run")
    assert run.status is Status.COMPLETE
    assert estimate == pytest.approx(setup.clock.now() - began, rel=0.1, abs=0.3)
    return run.dataset()


def test_scans_find_the_phase_and_follow_its_drift(tmp_path):
    with open_named_bench(NAME, specimen=5) as (setup, bench):
        found = scanned(tmp_path, setup, scans=6, interval=1800, levels=16)
        true = bench.world.sample
        assert found["light"].shape == (6, 16, 1)
        assert found["half_wave"].values == pytest.approx(true.bias_half_wave_v[0], rel=0.02)
        drift = found["phase"].values[:, 0] - true.phase[0]
    assert np.all(np.diff(found["clock"].values) > 1800)
    assert 0.005 < np.ptp(drift) < 0.3
    with open_named_bench(NAME, specimen=5) as (_, bench):
        path = bench.world.sample.phase_at(found["clock"].values)[:, 0] - bench.world.sample.phase[0]
    np.testing.assert_allclose(drift, path, atol=0.01)


def test_four_nodes_are_scanned_at_once(tmp_path):
    with open_named_bench("sim:delay-oscillator-4") as (setup, bench):
        found = scanned(tmp_path, setup, scans=1)
        np.testing.assert_allclose(found["phase"].values[0], bench.world.sample.phase, atol=0.02)


def test_a_setup_without_modulators_is_refused(tmp_path):
    with open_named_setup("sim:nanoring") as setup, pytest.raises(ProtocolError, match="no modulator"):
        run_protocol(load_protocol("bias_scan")(), setup, tmp_path / "run")
