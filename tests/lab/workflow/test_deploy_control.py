"""A controller on a bench: episodes stored step by step, the same ones as on its twins, gone on with."""

import numpy as np
import pytest
import torch
from nado_lab.lab.compose import open_named_setup
from nado_lab.lab.errors import LabError
from nado_lab.lab.reports.film_strip import draw_film, read_episode
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.setup import SetupSource
from nado_lab.lab.store import Run
from nado_lab.lab.workflow.deploy_control import DeployControlRequest, deploy_control, read_episodes
from nado_lab.lab.workflow.evaluate_control import EvaluateControlRequest, evaluate_control
from nado_lab.lab.workflow.play_drives import AbortedError
from nado_lab.lab.workflow.train_control import TrainControlRequest, train_control
from nado_lab.network import EnvironmentChoice, load_environment
from nado_lab.network.control import ControlSettings, scored_episodes
from nado_lab.twin import ModelSpec, Twin, save

STEPS, EPISODES = 8, 3
SETUP = SetupSource("sim:memristor", noise_seed=3)


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    """Train a small controller on two unfitted twins of memristors."""
    torch.manual_seed(0)
    folder, paths = tmp_path_factory.mktemp("control"), []
    for name in ("a", "b"):
        twin = Twin(ModelSpec(ports=1, channels=2, components=2, width=8), ("read", "write"), ("A", "A"))
        twin.basis.mean.fill_(1e-5)
        twin.basis.std.fill_(1e-5)
        paths.append(save(twin, folder / f"{name}.twin"))
    settings = ControlSettings.of(nodes=(2,), epochs=1, episodes=4, horizon=4)
    request = TrainControlRequest(
        EnvironmentChoice("tracking", {"steps": STEPS}), tuple(paths), folder / "a.net", settings, episodes=3
    )
    return train_control(request).path


def ask(net, out, **more):
    return DeployControlRequest(net, out, (SETUP,), episodes=EPISODES, other_device=True, **more)


def test_every_step_is_stored_and_what_is_scored_is_read_back(net, tmp_path):
    report = deploy_control(ask(net, tmp_path / "out"))
    run = Run.open(tmp_path / "out" / report.runs[0])
    environment = load_environment("tracking", steps=STEPS)
    begin = scored_episodes(environment, EPISODES, 0)
    played = read_episodes(run, begin)
    assert played.states.shape == (EPISODES, STEPS + 1, 4)
    assert report.device.cost == pytest.approx(float(played.costs.mean()))
    found = environment.cost(played.states[:, :-1].flatten(0, 1), played.actions.flatten(0, 1))
    torch.testing.assert_close(found.reshape(EPISODES, STEPS), played.costs)
    steps = run.dataset("steps")
    assert len(steps["cost"]) == EPISODES * STEPS
    assert np.all(np.abs(steps["action"].values) <= 1)
    assert steps["observed"].attrs["long_name"] == "reference (m), error (m)"
    assert report.timing.latency_99_s >= report.timing.latency_s > 0
    assert (tmp_path / "out" / "report.json").is_file()


def test_an_episode_is_drawn(net, tmp_path):
    report = deploy_control(ask(net, tmp_path / "out"))
    episode = read_episode(Run.open(tmp_path / "out" / report.runs[0]), 1)
    assert episode.reached.shape == (STEPS, 4)
    assert episode.readouts.shape == (8, STEPS)
    draw_film(episode, load_environment("cart-pole"), "a pole", tmp_path / "film.png")
    assert (tmp_path / "film.png").stat().st_size > 10_000
    with pytest.raises(LabError, match="no picture of this environment"):
        draw_film(episode, load_environment("tracking"), "", tmp_path / "other.png")
    with pytest.raises(LabError, match="holds no episode 9; it holds 3"):
        read_episode(Run.open(tmp_path / "out" / report.runs[0]), 9)


def test_evaluating_on_the_bench_is_the_same(net, tmp_path):
    report = deploy_control(ask(net, tmp_path / "out", seed=5))
    request = EvaluateControlRequest(net, (), episodes=EPISODES, seed=5)
    assert evaluate_control(request).twin == report.twin


def test_a_deployment_that_was_stopped_goes_on(net, tmp_path):
    class Stop(Observer):
        def row(self, stream, row):
            if stream == "steps" and row["sequence"] == 1:
                self.stop.stop("somebody pressed stop")

    with pytest.raises(AbortedError, match="pressed stop"):
        deploy_control(ask(net, tmp_path / "out"), Stop())
    assert 0 < Run.open(tmp_path / "out" / "layer0.zarr").rows() < EPISODES
    report = deploy_control(ask(net, tmp_path / "out", resume=True))
    assert report.device.episodes == EPISODES


def test_a_bench_that_cannot_be_stepped_is_refused(net, tmp_path):
    with open_named_setup("sim:memristor-smu") as setup:
        assert not setup.devices
    request = DeployControlRequest(
        net, tmp_path / "o", (SetupSource("sim:memristor-smu"),), other_device=True
    )
    with pytest.raises(LabError, match="every node needs a device of its own"):
        deploy_control(request)
    assert not (tmp_path / "o").exists()
