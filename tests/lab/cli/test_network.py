"""`nado network`: train, evaluate and refine, with the keys that scripts rely on."""

import json

import pytest
import torch
from nado_lab.lab.cli import network
from nado_lab.lab.compose import open_named_setup
from nado_lab.twin import ModelSpec, Twin, save

from tests.lab.cli.command_line import call

KEYS = {"metric", "twin", "device", "n_test", "nodes", "parameters", "wall_s"}


@pytest.fixture(scope="module")
def twin(tmp_path_factory):
    """Save an unfitted twin with the channels of the simulated bench."""
    with open_named_setup("sim:nanoring") as bench:
        channels, units = tuple(bench.channels), tuple(bench.channel_units)
    torch.manual_seed(0)
    model = Twin(
        ModelSpec(ports=1, channels=len(channels), components=len(channels), width=8), channels, units
    )
    return save(model, tmp_path_factory.mktemp("twins") / "a.twin")


@pytest.fixture(scope="module")
def trained(twin, tmp_path_factory):
    """Train a small network by the command; return its path and the command's report."""
    out = tmp_path_factory.mktemp("networks") / "a.net"
    sizes = ["--nodes", 2, "--epochs", 1, "--train", 60, "--test", 10, "--set", "batch=20"]
    done = call(network, "network", "train", "temporal-mnist", "--twin", twin, "--out", out, *sizes, "--json")
    assert done.exit_code == 0, done.output
    return out, json.loads(done.stdout)


def test_training_reports_the_keys_scripts_read(trained):
    path, report = trained
    assert report.keys() >= KEYS
    assert report["nodes"] == 2
    assert report["n_test"] == 10
    assert report["device"] is None
    assert (path / "card.json").is_file()


def test_settings_without_effect_are_said(twin, tmp_path):
    sizes = ["--nodes", 2, "--epochs", 3, "--train", 30, "--test", 5, "--variant", "reservoir"]
    out = tmp_path / "r.net"
    done = call(network, "network", "train", "temporal-mnist", "--twin", twin, "--out", out, *sizes)
    assert done.exit_code == 0, done.output
    assert "without effect with these settings: epochs" in done.stderr
    kept = ["--checkpoint", tmp_path / "state", "--out", tmp_path / "s.net"]
    done = call(network, "network", "train", "temporal-mnist", "--twin", twin, *kept, *sizes)
    assert done.exit_code != 0
    assert "leave the checkpoint out" in str(done.exception) + done.output
    assert not (tmp_path / "s.net").exists()


def test_evaluating_again_on_the_twin_gives_the_same_score(trained):
    path, report = trained
    again = json.loads(call(network, "network", "evaluate", path, "--setup", "twin", "--json").stdout)
    assert again["twin"] == report["twin"]


def test_evaluating_on_a_setup_scores_the_device_too(trained, tmp_path):
    path, _ = trained
    runs = tmp_path / "runs"
    sizes = ["--test", 3, "--out", runs]
    done = json.loads(
        call(network, "network", "evaluate", path, "--setup", "sim:nanoring", *sizes, "--json").stdout
    )
    assert 0 <= done["device"] <= 1
    assert done["n_test"] == 3
    assert any(runs.iterdir())


def test_layers_of_different_devices_are_played_on_a_setup_each(twin, tmp_path):
    with open_named_setup("sim:asvi") as bench:
        channels, units = tuple(bench.channels), tuple(bench.channel_units)
    sizes = {"ports": 1, "channels": len(channels), "components": 4, "width": 8}
    ice = save(Twin(ModelSpec(**sizes), channels, units), tmp_path / "ice.twin")
    out = tmp_path / "mixed.net"
    trained = call(
        network, "network", "train", "narma-10", "--twin", twin, "--twin", ice, "--out", out,
        "--layers", 2, "--nodes", 1, "--epochs", 1, "--train", 6, "--test", 1,
        "-p", "steps=12", "-p", "washout=4", "--json",
    )  # fmt: skip
    assert trained.exit_code == 0, trained.output
    on = ["--setup", "sim:nanoring", "--setup", "sim:asvi"]
    done = json.loads(call(network, "network", "evaluate", out, *on, "--json").stdout)
    assert done["metric"] == "nrmse"
    assert done["device"] > 0
    alone = call(network, "network", "evaluate", out, *on[:2])
    assert "layer 1 was trained for 1 port(s) and the 395 channels" in str(alone.exception)


def test_nodes_of_several_arrays_are_scored_on_their_twins_only(twin, tmp_path):
    out, sizes = tmp_path / "two.net", ["--nodes", 2, "--epochs", 1, "--train", 20, "--test", 5]
    two = ["--twin", twin, "--twin", twin]
    trained = call(network, "network", "train", "temporal-mnist", *two, "--out", out, *sizes, "--json")
    assert trained.exit_code == 0, trained.output
    again = json.loads(call(network, "network", "evaluate", out, "--json").stdout)
    assert again["twin"] == json.loads(trained.stdout)["twin"]
    refused = call(network, "network", "evaluate", out, "--setup", "sim:nanoring")
    assert "belong to 2 devices, 1 are here" in str(refused.exception)


def test_recurrent_networks_are_scored_on_their_twin_and_refused_by_a_setup(twin, tmp_path):
    out, sizes = tmp_path / "r.net", ["--nodes", 2, "--epochs", 1, "--train", 20, "--test", 5]
    how = ["--set", "recurrent=true", "--set", "truncate=7"]
    trained = call(network, "network", "train", "temporal-mnist", "--twin", twin, "--out", out, *sizes, *how)
    assert trained.exit_code == 0, trained.output
    refused = call(network, "network", "evaluate", out, "--setup", "sim:nanoring")
    assert getattr(refused.exception, "for_people", False)
    assert "back a step later" in str(refused.exception)


def test_refining_measures_on_the_setup_and_writes_a_new_network(trained, tmp_path):
    path, _ = trained
    out = tmp_path / "b.net"
    done = call(
        network, "network", "refine", path, "--setup", "sim:nanoring", "--out", out,
        "--examples", 4, "--test", 3, "--json",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert {"device_before", "device"} <= json.loads(done.stdout).keys()
    before, after = ((p / "weights.safetensors").read_bytes() for p in (path, out))
    assert before != after


def test_wrong_requests_are_named_before_anything_is_trained(twin, trained, tmp_path):
    def refused(*arguments):
        done = call(network, "network", "train", *arguments, "--twin", twin)
        assert getattr(done.exception, "for_people", False), done.output
        return str(done.exception)

    out = tmp_path / "c.net"
    assert "exists" in refused("temporal-mnist", "--out", trained[0])
    assert "no task" in refused("nothing", "--out", out)
    assert "learning_rate" in refused("temporal-mnist", "--out", out, "--set", "learning_rate=-1")
    assert "name=value" in refused("temporal-mnist", "--out", out, "--set", "batch")
    assert "no option colour" in refused("temporal-mnist", "--out", out, "-p", "colour=3")
    assert not out.exists()


def test_a_person_reads_a_dash_where_nothing_was_measured(trained):
    done = call(network, "network", "evaluate", trained[0])
    assert done.exit_code == 0, done.output
    assert "None" not in done.stdout
    assert "–" in done.stdout
