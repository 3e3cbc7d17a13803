"""Ways of training beside plain back-propagation: each does what it says."""

from dataclasses import replace

import pytest
import torch
from nado_lab.network import (
    Metric,
    NetworkError,
    PhysicsAware,
    RunOptions,
    StepReadout,
    Task,
    TrainSettings,
    build,
    load_task,
    score_on_twins,
    train,
)
from nado_lab.network.tasks import Examples
from nado_lab.network.training.augment import shifted
from nado_lab.network.training.bptt import train_through_twins
from nado_lab.network.training.loss import range_excess
from nado_lab.observer import StoppedError


@pytest.fixture(scope="module")
def digits():
    """Return a small temporal MNIST."""
    return load_task("temporal-mnist", train=600, test=200)


def test_cascade_learns_and_its_lower_layers_stay_as_first_trained(leaky, digits, listener):
    twin = leaky(noise=0.2)
    how = TrainSettings(nodes=(4, 4), epochs=8, method="cascade")
    seen = listener()
    network = train(digits, twin, how, seen)
    first = train(digits, twin, how.model_copy(update={"nodes": (4,), "epochs": 4}))
    assert torch.equal(network.connection(0).weight, first.connection(0).weight)
    assert seen.epochs == list(range(1, 9))
    assert seen.shares == [epoch / 8 for epoch in range(1, 9)]
    assert score_on_twins(network, digits, twin) > 0.6
    assert all(p.requires_grad for p in network.parameters())


def test_micro_batches_give_the_gradient_of_the_batch(leaky, digits):
    twin, few = leaky(), Task("few", Metric.ACCURACY, 10, digits.train[:40], digits.test)
    networks = []
    for size in (None, 7):
        network = build(few.train.inputs, 10, twin, (3,))
        settings = TrainSettings(variant="deterministic", epochs=1, batch=40, micro_batch=size)
        train_through_twins(network, few, twin, settings)
        networks.append(network.readout.weight)
    torch.testing.assert_close(networks[0], networks[1], rtol=1e-3, atol=1e-4)


def test_truncation_keeps_the_forward_pass_and_cuts_the_gradient(leaky):
    inputs, twin = torch.rand(4, 12, 5), leaky(noise=0.0)
    twin.requires_grad_(False)
    network = build(inputs, 2, twin, (3,))
    gradients = []
    for truncate in (None, 12, 4):
        x = inputs.clone().requires_grad_(True)
        (trace,) = network.run(x, twin, RunOptions(noise=False, truncate=truncate))
        torch.testing.assert_close(trace.readouts, network.respond(inputs, twin, noise=False)[0])
        trace.readouts[:, :, -1].sum().backward()
        gradients.append(x.grad.abs().sum((0, 2)))
    torch.testing.assert_close(gradients[0], gradients[1])
    assert (gradients[2][:8] == 0).all()
    assert gradients[0][7] > 0
    torch.testing.assert_close(gradients[2][8:], gradients[0][8:])


def test_physics_aware_answers_as_the_device_with_the_gradient_of_the_twin(leaky):
    device, twin = leaky(seed=1, noise=0.0), leaky(seed=2)

    class Bench:
        def respond(self, drive):
            return device.respond(torch.as_tensor(drive, dtype=torch.float32)).detach().numpy()

    both = PhysicsAware(Bench(), twin)
    u, v = (torch.full((2, 3, 5, 1), 0.3).requires_grad_(True) for _ in range(2))
    both.respond(u).sum().backward()
    twin.respond(v, noise=False).sum().backward()
    torch.testing.assert_close(both.respond(u), device.respond(u))
    torch.testing.assert_close(u.grad, v.grad)


def test_physics_aware_training_corrects_a_wrong_twin(leaky, digits):
    device, twin = leaky(seed=1, noise=0.1), leaky(seed=1, noise=0.1)
    twin.shift.data += 0.7

    class Bench:
        def respond(self, drive):
            return device.respond(torch.as_tensor(drive, dtype=torch.float32)).detach().numpy()

    how = TrainSettings(nodes=(6,), epochs=4)
    blind = score_on_twins(train(digits, twin, how), digits, device)
    aware = score_on_twins(train(digits, PhysicsAware(Bench(), twin), how), digits, device)
    assert aware > blind + 0.03
    assert all(p.grad is None and p.requires_grad for p in twin.parameters())


def test_range_penalty_pulls_drives_into_the_fitted_range(leaky, digits):
    twin = leaky()
    twin.drive_low.fill_(-0.3)
    twin.drive_high.fill_(0.3)
    excess = []
    for penalty in (0.0, 100.0):
        network = train(digits, twin, TrainSettings(nodes=(2,), epochs=12, range_penalty=penalty))
        traces = network.run(digits.test.inputs, twin, RunOptions())
        excess.append(float(range_excess(traces, twin).detach()))
    assert excess[1] < 0.3 * excess[0]


def test_shifting_moves_trials_whole_and_fills_with_zeros():
    inputs = torch.arange(1.0, 26.0).reshape(1, 5, 5).repeat(200, 1, 1)
    moved = shifted(inputs, 1, torch.Generator().manual_seed(0))
    assert len({tuple(row.flatten().tolist()) for row in moved}) == 9
    assert (moved[:, 1:4, 1:4] > 0).all()
    assert torch.equal(shifted(inputs, 0, torch.Generator()), inputs)


def test_series_are_learnt_step_by_step(leaky):
    x = torch.randn(80, 20, 1, generator=torch.Generator().manual_seed(0))
    y = torch.cat([torch.zeros(80, 1, 1), x[:, :-1]], dim=1)
    delay = Task("delay", Metric.NRMSE, 1, Examples(x[:60], y[:60]), Examples(x[60:], y[60:]), washout=2)
    twin = leaky(noise=0.05)
    how = TrainSettings(nodes=(6,), epochs=25, batch=20, refit=True, ridge=0.1)
    trained = score_on_twins(train(delay, twin, how), delay, twin)
    assert trained < 0.45


@pytest.mark.parametrize("method", ["joint", "cascade"])
def test_a_training_may_be_a_single_step(leaky, digits, listener, method):
    few, told = Task("few", Metric.ACCURACY, 10, digits.train[:5], digits.test), listener()
    how = TrainSettings(nodes=(2, 2), epochs=1, batch=100, method=method)
    network = train(few, leaky(), how, told)
    assert told.epochs == ([1] if method == "joint" else [1, 2])
    assert told.shares == sorted(told.shares)
    assert all(each.figures["loss"] > 0 for each in told.told)
    assert network.readout.weight.abs().max() > 0


@pytest.mark.parametrize(
    ("name", "readout", "fitting"), [("narma-10", "last", "each"), ("digits", "each", "mean or last")]
)
def test_a_readout_that_does_not_suit_the_task_is_named(leaky, digits, name, readout, fitting):
    task = digits if name == "digits" else load_task(name, train=5, test=2)
    with pytest.raises(NetworkError, match=fitting):
        train(task, leaky(), TrainSettings(nodes=(2,), readout=readout))


def test_every_draw_of_the_noise_counts_alike(leaky, digits):
    few = Task("few", Metric.ACCURACY, 10, digits.train[:40], digits.test)

    def trained(noise, draws):
        network = build(few.train.inputs, 10, leaky(), (3,))
        train_through_twins(
            network, few, leaky(noise=noise), TrainSettings(epochs=1, batch=40, noise_draws=draws)
        )
        return network.readout.weight

    torch.testing.assert_close(trained(0.0, 1), trained(0.0, 3), rtol=1e-3, atol=1e-4)
    assert not torch.allclose(trained(0.5, 1), trained(0.5, 3), rtol=1e-2)


def test_noise_comes_in_gradually(leaky, digits):
    class Counting(leaky):
        """Note of every minibatch whether it was noisy."""

        def respond(self, drive, *, noise=True, generator=None):
            self.noisy.append(noise)
            return super().respond(drive, noise=noise, generator=generator)

    twin = Counting()
    twin.noisy = []
    network = build(digits.train.inputs, 10, leaky(), (2,))
    few = Task("few", Metric.ACCURACY, 10, digits.train[:60], digits.test)
    train_through_twins(network, few, twin, TrainSettings(epochs=10, batch=5, noise_ramp=0.5))
    first, second = twin.noisy[:60], twin.noisy[60:]
    assert 15 < sum(first) < 45
    assert sum(first[:20]) < sum(first[40:])
    assert all(second)


def test_settings_without_effect_are_named_in_the_progress(leaky, digits, listener):
    few, told = replace(digits, train=digits.train[:20]), listener()
    train(few, leaky(), TrainSettings(variant="reservoir", nodes=(2,), epochs=3, refit=True, ridge=1.0), told)
    assert told.told[0].doing == "without effect with variant reservoir, method joint: epochs, refit"
    assert told.shares[-1] == 1.0
    idle = TrainSettings(variant="deterministic", noise_draws=2, ridge=1.0).without_effect
    assert idle(StepReadout.WINDOWS) == ("noise_draws", "ridge")
    assert TrainSettings(windows=3).without_effect(StepReadout.EACH) == ("windows",)
    assert TrainSettings(epochs=3, seed=1, refit=True, ridge=1.0).without_effect(StepReadout.EACH) == ()


def test_a_refit_is_the_last_part_of_the_progress(leaky, digits, listener):
    few, told = replace(digits, train=digits.train[:40]), listener()
    train(few, leaky(), TrainSettings(nodes=(2,), epochs=2, batch=20, refit=True), told)
    assert told.shares == pytest.approx([0.475, 0.95, 0.975, 1.0])


def test_a_reservoir_may_be_stopped(leaky, digits, listener):
    with pytest.raises(StoppedError):
        train(digits, leaky(), TrainSettings(variant="reservoir", nodes=(2,)), listener(stop_after=0))
