"""`nado network train ENVIRONMENT`, evaluated by the command for all networks."""

import json

import pytest
import torch
from nado_lab.lab.cli import deploy, network
from nado_lab.network import load
from nado_lab.twin import ModelSpec, Twin, save

from tests.lab.cli.command_line import call

SMALL = ["--epochs", 1, "--test", 3, "--set", "episodes=4", "--set", "horizon=8", "-p", "steps=12"]


@pytest.fixture(scope="module")
def twins(tmp_path_factory):
    """Save two unfitted twins; give the options that name them."""
    torch.manual_seed(0)
    folder, named = tmp_path_factory.mktemp("twins"), []
    for name in ("a", "b"):
        twin = Twin(ModelSpec(ports=1, channels=2, components=2, width=8), ("read", "write"), ("A", "A"))
        named += ["--twin", save(twin, folder / f"{name}.twin")]
    return named


@pytest.fixture(scope="module")
def trained(twins, tmp_path_factory):
    """Train a small controller by the command; give its file and what the command printed."""
    out = tmp_path_factory.mktemp("networks") / "a.net"
    train = ["network", "train", "pendulum", *twins, "--out", out, *SMALL, "--baselines"]
    done = call(network, *train, "--nodes", 2, "--json")
    assert done.exit_code == 0, done.output
    return out, json.loads(done.stdout)


def test_a_controller_stands_in_a_table_with_others(trained):
    out, report = trained
    assert report["environment"] == "pendulum (steps 12)"
    assert [row["controller"] for row in report["controllers"]] == [
        *("devices, noise-aware", "GRU", "readout without devices", "energy pumping and LQR"),
    ]
    assert all(0 <= row["success"] <= 1 and row["cost"] > 0 for row in report["controllers"])
    card = load(out).card
    assert str(card.environment) == "pendulum (steps 12)"
    assert card.control.nodes == (2,)
    assert card.episodes.cost == report["controllers"][0]["cost"]


def test_evaluating_it_again_gives_the_same(trained):
    out, report = trained
    done = call(network, "network", "evaluate", out, "--test", 3, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["twin"]["cost"] == pytest.approx(report["controllers"][0]["cost"])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--train", 5], "--train 5 is for tasks"),
        (["--method", "cascade"], "--method cascade is for tasks"),
        (["-p", "stepz=3"], "has no option stepz; it has steps, velocities"),
        (["--set", "batch=3"], "has no setting batch"),
    ],
)
def test_options_of_tasks_are_refused(twins, tmp_path, more, said):
    done = call(network, "network", "train", "pendulum", *twins, "--out", tmp_path / "b.net", *SMALL, *more)
    assert done.exit_code != 0
    assert said in str(done.exception) + done.output
    assert not (tmp_path / "b.net").exists()


def test_environments_are_listed_beside_tasks():
    done = call(network, "network", "tasks")
    assert {"temporal-mnist", "pendulum", "cart-pole-without-velocities"} <= set(done.stdout.split())


def test_what_a_controller_cannot_be_used_for_is_said(trained, tmp_path):
    out, _ = trained
    more = ["--setup", "sim:memristor", "--out", tmp_path / "runs", "--refit-readout", 0.5]
    done = call(deploy, "deploy", out, *more)
    assert "--refit-readout is for networks of tasks" in str(done.exception) + done.output
    assert not (tmp_path / "runs").exists()


def test_a_controller_is_trained_on(trained, twins, tmp_path):
    out, more = trained[0], tmp_path / "more.net"
    words = ["network", "train", "pendulum", *twins, *SMALL, "--nodes", 2, "--start", out]
    done = call(network, *words, "--out", more, "--json")
    assert done.exit_code == 0, done.output
    before, after = (load(path).network.state_dict() for path in (out, more))
    moved = torch.cat([(after[name] - before[name]).flatten() for name in before])
    anew = call(network, *words[:-2], "--seed", 1, "--out", tmp_path / "anew.net")
    assert anew.exit_code == 0, anew.output
    other = load(tmp_path / "anew.net").network.state_dict()
    apart = torch.cat([(other[name] - before[name]).flatten() for name in before])
    assert float(moved.abs().max()) > 0
    assert float(moved.square().mean()) < 0.3 * float(apart.square().mean())


@pytest.mark.parametrize(
    ("task", "nodes", "said"),
    [
        ("cart-pole", 2, "controls pendulum (steps 12), not cart-pole"),
        ("pendulum", 3, "nodes = (2,): give the same to train it on"),
        ("narma-10", 2, "--start trains a controller on"),
    ],
)
def test_a_start_of_another_form_is_refused(trained, twins, tmp_path, task, nodes, said):
    small = [] if task == "narma-10" else SMALL
    words = ["network", "train", task, *twins, *small, "--nodes", nodes, "--start", trained[0]]
    done = call(network, *words, "--out", tmp_path / "b.net")
    assert done.exit_code != 0
    assert said in str(done.exception) + done.output
    assert not (tmp_path / "b.net").exists()
