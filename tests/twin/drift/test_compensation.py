"""A device that drifted away from its twin is made to act as it did before."""

from dataclasses import replace

import pytest
import torch
from nado_lab.twin import DataError, Trials, compensate

GAIN, SHIFT = torch.tensor([0.95, 1.1]), torch.tensor([0.03, -0.05])


@pytest.fixture
def twin(make_twin):
    """Give a twin with a response worth compensating."""
    made = make_twin(ports=2, hidden=0)
    with torch.no_grad():
        made.sde.field.to_drift.weight.mul_(20)
        made.sde.field.set_linear(torch.zeros(2), state=-0.7 * torch.eye(2))
    return made


def drives(count, seed):
    return 2 * torch.rand(count, 20, 2, generator=torch.Generator().manual_seed(seed)) - 1


def drifted(twin, drive, seed=0):
    """Answer as the device does now: its drive acts as another, its readout has another gain and offset."""
    readout = twin.respond(drive * GAIN + SHIFT, noise=False).detach()
    noise = torch.randn(readout.shape, generator=torch.Generator().manual_seed(seed))
    return 1.05 * readout + 0.1 + 0.002 * noise


def test_what_is_sent_and_read_acts_as_before_the_drift(twin):
    drive, wanted = drives(30, 1), 0.8 * drives(10, 2)
    trials = Trials(drive, drifted(twin, drive), torch.zeros(30, 2), channels=("a", "b"), units=("V", "V"))
    found = compensate(twin, trials)
    before = twin.respond(wanted, noise=False).detach()
    plain = drifted(twin, wanted) - before
    left = found.readout(drifted(twin, found.drive(wanted))) - before
    assert left.square().mean() < 0.02 * plain.square().mean()
    assert found.drive(torch.ones(1, 1, 2)).abs().max() <= 1.0


def test_a_device_that_did_not_drift_is_left_alone(twin):
    drive = drives(30, 1)
    readout = twin.respond(drive, generator=torch.Generator().manual_seed(0)).detach()
    found = compensate(
        twin, Trials(drive, readout, torch.zeros(30, 2), channels=("a", "b"), units=("V", "V"))
    )
    torch.testing.assert_close(found.drive(0.5 * drive), 0.5 * drive, atol=0.05, rtol=0)
    assert (found.readout(readout) - readout).std() < 0.2 * readout.std()


def test_other_channels_are_refused(twin):
    drive = drives(4, 1)
    trials = Trials(drive, drifted(twin, drive), torch.zeros(4, 2), channels=("a", "b"), units=("V", "V"))
    with pytest.raises(DataError, match=r"c \(V\)"):
        compensate(twin, replace(trials, channels=("a", "c")))
    with pytest.raises(DataError, match=r"b \(mV\)"):
        compensate(twin, replace(trials, units=("V", "mV")))
