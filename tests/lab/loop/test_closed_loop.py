import json
import os
import subprocess
import sys
import time

import numpy as np
import pytest
from nado_lab.instruments import load_setup
from nado_lab.lab.compose import open_named_setup
from nado_lab.lab.errors import LabError
from nado_lab.lab.json_file import write_json
from nado_lab.lab.loop.closed_loop import run_loop
from nado_lab.lab.loop.config import LoopConfig, load_config
from nado_lab.lab.loop.round_state import RoundState, stage_seed
from nado_lab.lab.store import Run, Status, StoreError
from nado_lab.lab.workflow.deploy import DeployRequest, deploy, sources_for
from nado_lab.lab.workflow.drift import PROBE
from nado_lab.lab.workflow.play_drives import AbortedError

from tests.lab.observers import Watching

TINY = """
setup = "sim:nanoring"
seed = 1
specimen = 3
[task]
name = "mackey-glass"
options = { train = 16, test = 8, steps = 10, washout = 3 }
[network]
nodes = [2]
epochs = 2
[measure]
sequences = 20
more = 10
[twin]
mean_steps = 10
score_steps = 5
members = 2
recalibrate_steps = 5
[refine]
epochs = 1
device_examples = 4
device_batch = 2
[drift]
probe_every = 1
compensate_every = 10
compensate_sequences = 3
recalibrate_above = 1e-9
stop_above = 1e9
[budget]
rounds = 1
[tolerance]
nrmse = 1e-9
"""
FIRST = ("measure", "fit", "train", "deploy", "compare")
LATER = ("measure", "recalibrate", "refine", "deploy", "compare")
STAGES = [(0, stage) for stage in FIRST] + [(1, stage) for stage in LATER]


@pytest.fixture(scope="session")
def config_file(tmp_path_factory):
    file = tmp_path_factory.mktemp("config") / "tiny.toml"
    file.write_text(TINY)
    return file


@pytest.fixture
def config(config_file):
    return load_config(config_file)


@pytest.fixture(scope="session")
def uninterrupted(config_file, tmp_path_factory):
    """Run the tiny loop once without a stop: (folder, result)."""
    out = tmp_path_factory.mktemp("loop") / "out"
    return out, run_loop(load_config(config_file), out).to_json()


def without_ids(result):
    """Leave out what no two loops share: the ids of their runs."""
    return {**result, "rounds": [{k: v for k, v in row.items() if k != "runs"} for row in result["rounds"]]}


def press_ctrl_c_in(number, stage, calls):
    """Give an observer that presses Ctrl-C at the `calls`-th sign of a stage."""
    seen = []

    def show(label, fraction, doing=""):
        if label == f"round {number}: {stage}":
            seen.append(fraction)
            if len(seen) == calls:
                raise KeyboardInterrupt

    return Watching(show)


def readouts(out):
    """Read all committed rows below a folder: run -> readout."""
    found = {}
    for run in out.rglob("*.zarr"):
        found[run] = (Run.open(run).metadata.run_id, Run.open(run).dataset()["readout"].values)
    return found


def test_stopped_in_every_stage_it_ends_as_if_never_stopped(config, uninterrupted, tmp_path, benches):
    out = tmp_path / "out"
    for number, stage in STAGES:
        for calls in (1, 4) if stage in ("measure", "deploy", "refine") else (1,):
            with pytest.raises(KeyboardInterrupt):
                run_loop(config, out, press_ctrl_c_in(number, stage, calls))
            before = readouts(out)
            for bench in benches:
                assert abs(bench.world.field()).max() < 1e-7
                assert not bench.world.sources_on()
            benches.clear()
    result = run_loop(config, out).to_json()
    assert without_ids(result) == without_ids(uninterrupted[1])
    for run, (run_id, readout) in before.items():
        after = Run.open(run)
        assert after.metadata.run_id == run_id
        np.testing.assert_array_equal(after.dataset()["readout"].values[: len(readout)], readout)
    for run, (_, readout) in readouts(out).items():
        np.testing.assert_array_equal(readout, readouts_of(uninterrupted[0], out, run))


@pytest.mark.parametrize(("stage", "ended"), [("measure", Status.ABORTED), ("fit", Status.COMPLETE)])
def test_a_wish_to_stop_ends_any_stage_safely(config, stage, ended, tmp_path, benches):
    labels = []
    with pytest.raises(AbortedError):
        run_loop(
            config,
            tmp_path / "out",
            Watching(
                lambda label, fraction, doing="": labels.append(label) if fraction > 0.2 else None,
                wish=lambda: f"round 0: {stage}" in labels,
            ),
        )
    assert Run.open(tmp_path / "out" / "round00" / "measure.zarr").status is ended
    assert labels[-1] == f"round 0: {stage}"
    assert not any(bench.world.field().any() or bench.world.sources_on() for bench in benches)


def readouts_of(folder, out, run):
    return Run.open(folder / run.relative_to(out)).dataset()["readout"].values


def test_a_loop_that_is_done_asks_the_device_nothing(config, uninterrupted, benches):
    out, result = uninterrupted
    assert run_loop(config, out).to_json() == result
    assert not benches


def test_committed_rows_are_not_measured_again(config, tmp_path, monkeypatch):
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run_loop(config, out, press_ctrl_c_in(0, "measure", 6))
    run = Run.open(out / "round00" / "measure.zarr")
    assert run.status is Status.ABORTED
    stored = run.rows()
    assert 0 < stored < 41
    rows = []
    with pytest.raises(KeyboardInterrupt):
        run_loop(
            config,
            out,
            Watching(lambda label, fraction, doing="": rows.append(doing) if "measure" in label else stop()),
        )
    assert next(row for row in rows if row).startswith(f"{stored + 1} of ")


def stop():
    raise KeyboardInterrupt


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kill -9 is asked of POSIX systems only")
@pytest.mark.parametrize("seen", ["round00/measure.zarr/primary", "round00/device.twin"])
def test_killed_it_goes_on_to_the_same_result(seen, config_file, uninterrupted, tmp_path):
    out = tmp_path / "out"
    command = [sys.executable, "-m", "nado_lab", "loop", str(config_file), "--out", str(out)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        end = time.monotonic() + 120
        while not (out / seen).exists() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        process.kill()
    assert (out / seen).exists()
    assert not (out / "loop.json").exists()
    result = run_loop(load_config(config_file), out).to_json()
    assert without_ids(result) == without_ids(uninterrupted[1])


def test_every_round_says_what_it_follows_from(uninterrupted):
    out, result = uninterrupted
    rounds = [json.loads((out / f"round{i:02d}" / "round.json").read_text()) for i in (0, 1)]
    assert [each["parent"] for each in rounds] == [None, "round00"]
    later = Run.open(out / "round01" / "measure.zarr")
    assert later.metadata.lineage == rounds[0]["stages"]["deploy"]["runs"]
    card = json.loads((out / result["twins"][0] / "card.json").read_text())
    assert card["lineage"] == [later.metadata.run_id]
    assert result["device_s"] == pytest.approx(sum(row["device_s"] for row in result["rounds"]))


def test_a_deployment_is_played_in_stretches_with_a_look_at_the_drift_before_each(uninterrupted):
    deployed = uninterrupted[0] / "round01" / "deploy"
    stage = json.loads((deployed.parent / "round.json").read_text())["stages"]["deploy"]
    assert [each["run"] for each in stage["compensated"]] == ["layer0-check0.zarr", "layer0-check1.zarr"]
    runs = {name: Run.open(deployed / f"layer0{name}.zarr") for name in ("-check0", "", "-check1", "-part1")}
    assert stage["runs"] == [run.metadata.run_id for run in runs.values()]
    probed = {name: int((run.dataset()["sequence"].values == PROBE).sum()) for name, run in runs.items()}
    assert {name: run.rows() - probed[name] for name, run in runs.items() if "check" not in name} == {
        "": 10,
        "-part1": 6,
    }
    assert [runs[name].rows() for name in ("-check0", "-check1")] == [3, 3]
    trials = sum(run.rows() for run in runs.values())
    with open_named_setup("sim:nanoring") as setup:
        whole = setup.estimate_s(100, 10) / 100
    assert whole > 1.1 * 10 * setup.step_s  # what begins each trial is counted
    assert stage["device_s"] == pytest.approx(trials * whole)


def small_ice(name, folder):
    """Write a setup of an ice with a short spectrum and quick ramps: what a layer's table says."""
    config = load_setup(name)
    supply = config.roles["supply"]
    quick = supply.model_copy(update={"limits": supply.limits | {"slew_amperes_per_s": 5000.0}})
    changed = {
        "roles": config.roles | {"supply": quick},
        "limits": config.limits.model_copy(update={"max_slew_t_per_s": 40.0}),
        "spectrum": config.spectrum.model_copy(update={"points": 8, "start_hz": 6e9, "stop_hz": 10e9}),
        "simulation": config.simulation | {"size": 4},
    }
    file = folder / f"{name.removeprefix('sim:')}.toml"
    file.write_text(config.model_copy(update=changed).to_toml())
    return {"setup": str(file)}


@pytest.fixture
def two_layers(config, tmp_path):
    """Configure a loop over MS and then WM, each with a setup and a twin of its own."""
    changed = config.as_json() | {"setup": "", "specimen": 0}
    changed["layers"] = [small_ice("sim:asvi-ms", tmp_path), small_ice("sim:asvi", tmp_path)]
    changed["network"]["nodes"] = [1, 2]
    changed["measure"] |= {"sequences": 6, "more": 3}
    changed["refine"]["device_examples"] = 2
    changed["task"]["options"] |= {"train": 4, "test": 2, "steps": 4, "washout": 1}
    changed["budget"]["device_s"] = 1e6
    changed["drift"]["compensate_every"] = 0
    return LoopConfig.model_validate(changed)


def test_two_layers_on_two_setups_each_with_its_twin_survive_stops(two_layers, tmp_path, benches):
    out = tmp_path / "out"
    for number, stage, calls in ((0, "measure", 9), (0, "deploy", 6)):
        with pytest.raises(KeyboardInterrupt):
            run_loop(two_layers, out, press_ctrl_c_in(number, stage, calls))
    before = readouts(out)
    result = run_loop(two_layers, out).to_json()
    assert result["twins"] == ["round01/device.twin", "round01/device1.twin"]
    assert all(readouts(out)[run][0] == run_id for run, (run_id, _) in before.items())
    assert not any(bench.world.field().any() or bench.world.sources_on() for bench in benches)
    rounds = json.loads((out / "round01" / "round.json").read_text())["stages"]
    assert len(rounds["measure"]["runs"]) == 2
    assert [layer["nodes"] for layer in rounds["compare"]["layers"]] == [1, 2]
    first, second = (Run.open(out / "round01" / "deploy" / f"layer{i}.zarr").metadata for i in (0, 1))
    assert first.setup.details["simulation"]["preset"] == "MS"
    assert second.lineage == [*rounds["measure"]["runs"], first.run_id]
    net = out / result["network"]
    setups = sources_for(net, [layer.setup for layer in two_layers.layers])
    report = deploy(DeployRequest(net, tmp_path / "deployed", setups)).report
    assert [layer.nodes for layer in report.layers] == [1, 2]


def test_layers_and_setup_exclude_each_other(two_layers):
    with pytest.raises(ValueError, match="either by"):
        LoopConfig.model_validate(two_layers.as_json() | {"setup": "sim:nanoring"})
    with pytest.raises(ValueError, match="one a layer"):
        LoopConfig.model_validate(two_layers.as_json() | {"network": {"nodes": [3]}})


def test_another_configuration_is_refused(config, uninterrupted):
    with pytest.raises(LabError, match="another configuration"):
        run_loop(config.model_copy(update={"seed": 5}), uninterrupted[0])


def test_a_budget_below_the_first_round_is_refused_before_anything_is_measured(config, tmp_path, benches):
    small = config.model_copy(update={"budget": config.budget.model_copy(update={"device_s": 2.0})})
    with pytest.raises(LabError, match=r"budget\.device_s"):
        run_loop(small, tmp_path / "out")
    assert not list((tmp_path / "out").rglob("*.zarr"))


def test_it_ends_where_another_round_would_break_the_budget(config, uninterrupted, tmp_path):
    spent = uninterrupted[1]["rounds"][0]["device_s"]
    little = config.budget.model_copy(update={"device_s": spent + 1.0})
    result = run_loop(config.model_copy(update={"budget": little}), tmp_path / "out").to_json()
    assert len(result["rounds"]) == 1
    assert "device time" in result["ended"]


def test_two_loops_do_not_share_a_folder(config, tmp_path):
    def show(*_):
        with pytest.raises(StoreError, match="in use"):
            run_loop(config, tmp_path / "out")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_loop(config, tmp_path / "out", Watching(show))


@pytest.mark.parametrize(
    ("text", "named"),
    [("sed = 1", "sed"), ("[measure]\nchoose = 'best'", "choose"), ("[network]\nx = 1", "x")],
)
def test_a_wrong_entry_is_named(text, named, tmp_path):
    file = tmp_path / "wrong.toml"
    file.write_text(f"setup = 'sim:nanoring'\n{text}\n[task]\nname = 'mackey-glass'\n")
    with pytest.raises(LabError, match=named):
        load_config(file)


def test_seeds_differ_between_stages_and_rounds():
    seeds = {stage_seed(seed, number, stage) for seed in (0, 1) for number in (0, 1) for stage in FIRST}
    assert len(seeds) == 20


def test_drafts_of_a_dead_program_are_swept_away(tmp_path):
    (tmp_path / ".device.twin.abc").mkdir()
    (tmp_path / ".round.json.draft").write_text("{")
    write_json(tmp_path / "round.json", {"round": 0, "stages": {"refine": {"network": "n", "device_s": 2.0}}})
    state = RoundState(tmp_path, 0)
    assert state.stages.device_s == 2.0
    assert [path.name for path in tmp_path.iterdir()] == ["round.json"]
    (tmp_path / "round.json").write_text("{")
    with pytest.raises(LabError, match="cannot be read"):
        RoundState(tmp_path, 0)


def test_defaults_make_a_loop():
    config = LoopConfig.model_validate({"setup": "sim:nanoring", "task": {"name": "temporal-mnist"}})
    assert config.as_json()["measure"]["choose"] == "network"
