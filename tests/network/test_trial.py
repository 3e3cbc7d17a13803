"""A network stepped one step at a time answers as one that is given the whole trial."""

import pytest
import torch
from nado_lab.network import NetworkError, NetworkTrial, build


def stepped(network, devices, inputs, **how):
    trial = NetworkTrial(network, devices, **how)
    return torch.stack([trial.step(now) for now in inputs.unbind(1)], 1), trial


def network_of(devices, inputs, **options):
    network = build(inputs, 2, devices, (4, 3), seed=1, readout="each", **options)
    torch.nn.init.normal_(network.readout.weight, generator=torch.Generator().manual_seed(0))
    return network


@pytest.mark.parametrize(
    "options",
    [{}, {"recurrent": True}, {"delays": 2, "readout_delays": 3}, {"skip": False, "recurrent": True}],
)
def test_steps_give_what_forward_gives(leaky, options):
    inputs, devices = torch.randn(5, 9, 3), [leaky(seed=1), [leaky(seed=2), leaky(seed=3)]]
    network = network_of(devices, inputs, **options)
    found, _ = stepped(network, devices, inputs, noise=False)
    torch.testing.assert_close(found, network(inputs, devices, noise=False))


def test_with_the_same_noise_they_are_equal(leaky):
    inputs, devices = torch.randn(5, 9, 3), [leaky(seed=1)]
    network = build(inputs, 2, devices[0], (4,), seed=1, readout="each", recurrent=True)
    torch.nn.init.ones_(network.readout.weight)
    found, _ = stepped(network, devices, inputs, generator=torch.Generator().manual_seed(7))
    whole = network(inputs, devices[0], generator=torch.Generator().manual_seed(7))
    torch.testing.assert_close(found, whole)


def test_a_cut_gradient_sees_nothing_before(leaky):
    inputs, devices = torch.randn(2, 6, 3, requires_grad=True), [leaky(seed=1), leaky(seed=2)]
    network = network_of(devices, inputs.detach(), recurrent=True, delays=1, readout_delays=2)
    trial = NetworkTrial(network, devices, noise=False)
    for step, now in enumerate(inputs.unbind(1)):
        if step == 3:
            trial.detach()
        answer = trial.step(now)
    answer.sum().backward()
    assert (inputs.grad[:, :3] == 0).all()
    assert (inputs.grad[:, 3:] != 0).all()


def test_the_last_step_is_told(leaky):
    inputs, devices = torch.randn(5, 4, 3), [leaky(seed=1), leaky(seed=2)]
    network = network_of(devices, inputs)
    _, trial = stepped(network, devices, inputs, noise=False)
    whole = network.respond(inputs, devices, noise=False)
    for trace, readouts in zip(trial.traces, whole, strict=True):
        torch.testing.assert_close(trace.readouts[:, :, 0], readouts[:, :, -1])


def test_what_cannot_be_stepped_is_refused(leaky):
    inputs, device = torch.randn(5, 4, 3), leaky()
    whole = build(inputs, 2, device, (4,), readout="mean")
    with pytest.raises(NetworkError, match="answers once a trial"):
        NetworkTrial(whole, [device])
    network = build(inputs, 2, device, (4,), readout="each")
    with pytest.raises(NetworkError, match="1 layers need as many entries, got 2"):
        NetworkTrial(network, [device, device])
    with pytest.raises(NetworkError, match=r"\(trial, 3 features\), got \(5, 4, 3\)"):
        NetworkTrial(network, [device]).step(inputs)
