"""A training computes where it is told to; torch's meta device stands in for an accelerator (tests/twin)."""

import pytest
import torch
from nado_lab.network import TrainSettings, load_task, train
from nado_lab.network.run import RunOptions
from nado_lab.network.training.loss import loss_of, range_excess
from nado_lab.network.training.train import new_network
from nado_lab.twin import ModelSpec, Twin, TwinError

META = torch.device("meta")
FORMS = {
    "plain": {},
    "two layers, skip": {"nodes": (3, 2), "skip": True},
    "recurrent": {"recurrent": True, "truncate": 5},
    "stretches": {"truncate": 4},
    "delays, levels": {"delays": 2, "levels": 15, "fan_in": 3},
}


@pytest.mark.parametrize("form", FORMS)
def test_networks_run_and_learn_where_they_are(form):
    task = load_task("temporal-mnist", train=20, test=5)
    settings = TrainSettings(**({"nodes": (3,)} | FORMS[form]))
    spec = ModelSpec(ports=1, channels=2, components=2, width=8, sources=1, trial_effects=1)
    twins = [Twin(spec, ("a", "b"), ("V", "V")) for _ in range(2)]
    network = new_network(task, [twins] * len(settings.nodes), settings).to(META)
    there, examples = [twin.to(META) for twin in twins], task.train.to(META)
    options = RunOptions(True, torch.Generator().manual_seed(0), settings.truncate)
    traces = network.run(examples.inputs, [there] * len(settings.nodes), options)
    answers = network.decode([trace.readouts for trace in traces])
    loss = loss_of(task, answers, examples) + range_excess(traces, [there] * len(settings.nodes))
    loss.backward()
    assert network.device == loss.device == META
    assert all(p.grad.device == META for p in network.parameters() if p.grad is not None)


def test_a_device_that_is_not_here_is_named_before_the_training(leaky):
    task = load_task("temporal-mnist", train=20, test=5)
    with pytest.raises(TwinError, match=r"there is no cuda:9 here.*choose another --device"):
        train(task, leaky(), TrainSettings(nodes=(2,), epochs=1), compute="cuda:9")
