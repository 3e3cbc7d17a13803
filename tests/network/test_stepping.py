"""A twin run stretch by stretch is the same twin."""

import pytest
import torch
from nado_lab.network import TrainSettings, load_task, train
from nado_lab.network.device import respond_nodes
from nado_lab.network.stepping import begin_trial
from nado_lab.twin import ModelSpec, Twin

SIZES = [
    {"delays": 0, "drive_lags": 0},
    {"delays": 2, "drive_lags": 3, "hidden": 4, "sources": 2, "substeps": 2, "diffusion_rank": 1},
]


def make(sizes):
    torch.manual_seed(0)
    twin = Twin(ModelSpec(ports=2, channels=3, components=3, width=8, **sizes), ("a", "b", "c"), ("V",) * 3)
    for parameter in twin.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    twin.calibration.matrix.mul_(1.2)
    twin.calibration.shift.fill_(0.1)
    twin.calibration.offset.fill_(-0.2)
    twin.calibration.spread.fill_(1.7)
    return twin.eval()


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("stretch", [1, 4, 10])
def test_stretches_join_to_the_whole_trial(sizes, stretch):
    twin, drive = make(sizes), torch.rand(5, 4, 10, 2) * 2 - 1
    trial = begin_trial(twin, noise=False, generator=None)
    joined = torch.cat([trial.respond(part) for part in drive.split(stretch, dim=-2)], dim=-2)
    torch.testing.assert_close(joined, twin.respond(drive, noise=False))


def test_stretches_have_the_noise_of_the_whole_trial():
    twin, drive = make(SIZES[1]), torch.zeros(20_000, 6, 2)
    draw = torch.Generator().manual_seed(1)
    with torch.no_grad():
        trial = begin_trial(twin, noise=True, generator=draw)
        joined = torch.cat([trial.respond(part) for part in drive.split(2, dim=-2)], dim=-2)
        whole = twin.respond(drive, generator=draw)
    torch.testing.assert_close(joined.std(0), whole.std(0), rtol=0.05, atol=0)
    lagged = [(y[:, 1:] - y[:, 1:].mean(0)) * (y[:, :-1] - y[:, :-1].mean(0)) for y in (joined, whole)]
    scale = whole.var(0).mean().item()
    torch.testing.assert_close(lagged[0].mean(0), lagged[1].mean(0), rtol=0.1, atol=0.05 * scale)


def test_recurrent_and_truncated_networks_learn(leaky, listener):
    task, seen = load_task("temporal-mnist", train=300, test=20), listener()
    how = TrainSettings(nodes=(4,), epochs=4, batch=20, recurrent=True, truncate=7)
    network = train(task, leaky(), how, seen)
    first, last = (seen.told[i].figures["loss"] for i in (0, -1))
    assert last < 0.8 * first
    assert network.recurrence(0).weight.abs().max() > 0.05


def test_several_twins_keep_their_nodes_from_stretch_to_stretch(leaky):
    twins, drives = [leaky(seed=1), leaky(seed=2)], torch.rand(3, 5, 8, 1)
    trial = begin_trial(twins, noise=False, generator=None)
    joined = torch.cat([trial.respond(part) for part in drives.split(3, dim=2)], dim=2)
    torch.testing.assert_close(joined, respond_nodes(twins, drives, noise=False))
