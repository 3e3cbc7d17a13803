"""The command that a report prints makes the same experiment: parsed, it asks for what was stored."""

import math
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import typer
from nado_lab.lab.cli import app
from nado_lab.lab.cli.commands import register
from nado_lab.lab.json_file import write_json
from nado_lab.lab.loop.config import LoopConfig, TaskConfig, load_config
from nado_lab.lab.reports.again import (
    demo_again,
    deploy_again,
    fit_again,
    loop_again,
    measure_again,
    sweep_again,
    train_again,
)
from nado_lab.lab.reports.deployment_report import DeploymentReport
from nado_lab.lab.reports.sweep import sweep_page
from nado_lab.lab.reports.twin_origin import FitOrigin, RecalibrationOrigin
from nado_lab.lab.runs import MonitorSettings, run_protocol
from nado_lab.lab.setup import SetupSource
from nado_lab.lab.store import Run
from nado_lab.lab.sweeps.config import Range, Source, StudyConfig, SweepConfig, load_sweep
from nado_lab.lab.sweeps.table import write_table
from nado_lab.network import LoopRound, NetworkCard, Refinement, TaskChoice, TrainSettings
from nado_lab.protocols import Drives, configure, describe, load_protocol, parse_assignments
from nado_lab.protocols.registry import protocols_to_choose
from nado_lab.twin import FitSettings, ModelSizes, TwinCard
from nado_lab.twin import load as load_twin
from nado_lab.twin.records.card import FitRecord
from nado_lab.twin.records.settings import Method
from typer.testing import CliRunner

from tests.lab.reports.test_kinds import DEPLOYED
from tests.protocols.fake_device import FakeDevice

THIRD = 10 / 3


@pytest.fixture(autouse=True)
def _what_is_named_need_not_be_there(monkeypatch):
    monkeypatch.setattr("nado_lab.lab.cli.kinds._check", lambda *_, **__: None)


@pytest.fixture(scope="module")
def parse():
    """Give the parameters that the command line makes of a printed command."""
    register(app)
    command = typer.main.get_command(app)

    def parsed(text):
        found, words = command, shlex.split(text)
        assert words.pop(0) == "nado"
        while hasattr(found, "commands"):
            found = found.commands[words.pop(0)]
        return found.make_context(found.name, words).params

    return parsed


def measured(path, protocol, **seeds):
    return Run.open(run_protocol(protocol, FakeDevice(), path, source=SetupSource("sim:nanoring", **seeds)))


def test_a_run_is_measured_again_with_its_numbers_and_seeds(tmp_path, parse):
    procedure = load_protocol("characterise")()
    configure(procedure, {"sequences": 3, "steps": 4, "field_centre": THIRD, "waveform": False, "seed": 7})
    run = measured(tmp_path / "run", procedure, specimen=11, noise_seed=1234567890)
    asked = parse(measure_again(run.metadata, run.path))
    again = load_protocol(asked["protocol"])()
    again.suit(FakeDevice.ports)
    configure(again, parse_assignments(asked["parameter"]))
    assert describe(again) == describe(procedure)
    assert (asked["setup"], asked["specimen"], asked["noise_seed"]) == ("sim:nanoring", 11, "1234567890")


def test_a_run_of_chosen_drives_is_replayed(tmp_path, parse):
    procedure = Drives()
    procedure.drive = np.linspace(-1, 1, 12).reshape(3, 4, 1)
    run = measured(tmp_path / "run", procedure, specimen=1, noise_seed=2)
    asked = parse(measure_again(run.metadata, run.path))
    assert asked["protocol"] == "replay"
    assert parse_assignments(asked["parameter"])["of"] == run.path
    assert (asked["specimen"], asked["noise_seed"]) == (1, "2")


@pytest.mark.parametrize("name", protocols_to_choose())
def test_parameters_of_every_protocol_come_back(tmp_path, parse, name):
    from nado_lab.lab.runs.describe import describe_protocol
    from nado_lab.lab.store import RunMetadata

    procedure = load_protocol(name)()
    odd = {key: THIRD for key, each in describe(procedure).items() if each.type == "float"}
    configure(procedure, {key: value for key, value in odd.items() if key != "settle"})
    known = RunMetadata(protocol=describe_protocol(procedure))
    again = load_protocol(name)()
    configure(again, parse_assignments(parse(measure_again(known, "run"))["parameter"] or []))
    assert describe(again) == describe(procedure)


def test_a_protocol_of_ones_own_is_named_by_its_file(parse):
    from nado_lab.lab.store import ProtocolRecord, RunMetadata

    known = RunMetadata(protocol=ProtocolRecord(name="/my lab/scan.py:Scan"))
    asked = parse(measure_again(known, "run"))
    assert (asked["own"], asked["protocol"]) == ("/my lab/scan.py:Scan", "")


def test_a_sweep_is_done_again_by_the_configuration_it_kept(tmp_path, parse):
    config = SweepConfig(
        measure=Source(protocol="characterise", setup="sim:nanoring", specimen=3, parameters={"seed": 5}),
        twin={"learning_rate": THIRD},
        grid={"twin.seed": [1, 2]},
        optimise=StudyConfig(space={"twin.batch": Range(low=1, high=4)}),
        seed=17,
    )
    write_json(tmp_path / "config.json", config.model_dump(mode="json", exclude_none=True))
    for searched in (False, True):
        asked = parse(sweep_again(tmp_path / "config.json", searched=searched))
        assert load_sweep(asked["config"]) == config
        assert asked["optimise"] is searched


@pytest.mark.parametrize("searched", [True, False])
def test_a_sweep_knows_whether_it_searched(tmp_path, searched):
    config = {"optimise": {"space": {"twin.batch": {"low": 1, "high": 4}}}, "seed": 3}
    write_table([{"twin.batch": 2, "crps": 0.1}], tmp_path, config, searched)
    section = next(each for each in sweep_page(tmp_path).sections if each.heading == "Do it again")
    assert ("--optimise" in section.commands[0]) is searched


def test_a_loop_is_done_again_by_the_configuration_it_kept(tmp_path, parse):
    config = LoopConfig(setup="sim:nanoring", task=TaskConfig(name="sine"), seed=23)
    write_json(tmp_path / "config.json", config.as_json())
    assert load_config(parse(loop_again(tmp_path / "config.json"))["config"]) == config


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        ({"train": 100, "test": 20, "seed": 3}, TrainSettings(seed=3, learning_rate=0.01 / 3)),
        ({"horizon": 20, "seed": 5}, TrainSettings(seed=8, nodes=(3, 4), method="cascade", fan_in=2)),
        ({"label": "true", "seed": 0}, TrainSettings(variant="reservoir", nodes=(5, 5), refit=True)),
    ],
)
def test_a_network_is_trained_again_on_its_examples_with_its_settings(monkeypatch, options, settings):
    asked = []

    def load_task(name, **given):
        asked.append((name, given))
        raise typer.Exit

    of = TrainSettings.of
    monkeypatch.setattr(TrainSettings, "of", lambda **given: asked.append(of(**given)) or asked[-1])
    for place in ("nado_lab.network", "nado_lab.network.tasks.choice"):
        monkeypatch.setattr(f"{place}.load_task", load_task)
    card = NetworkCard(TaskChoice("mackey-glass", options), settings, ("/a b/x.twin",))
    (command,) = train_again(card)
    CliRunner().invoke(app, shlex.split(command)[1:])
    assert asked == [settings, ("mackey-glass", options)]


def test_a_refined_network_is_trained_and_refined_again(parse):
    refined = Refinement(("sim:nanoring",), examples=30, epochs=2, learning_rate=THIRD / 1000, seed=4)
    card = NetworkCard(TaskChoice("mnist-1d"), TrainSettings(), ("x.twin",), refined=refined)
    trained, again = map(parse, train_again(card))
    assert str(trained["out"]) == str(again["net"])
    assert (again["examples"], again["epochs"], again["seed"]) == (30, 2, 4)
    assert again["learning_rate"] == THIRD / 1000


def test_a_network_of_a_loop_says_where_to_look():
    card = NetworkCard(TaskChoice("mnist-1d"), TrainSettings(), ("x.twin",), loop=LoopRound(2))
    assert "round 2 of a loop" in train_again(card)[0]


def test_a_deployment_is_done_again_on_the_same_specimen_with_the_same_noise(parse):
    report = DeploymentReport.from_json(DEPLOYED | {"seed": 5, "refit_share": THIRD / 10})
    asked = parse(deploy_again(report))
    assert (asked["setup"], asked["test_examples"]) == (["sim:x"], 10)
    assert (asked["specimen"], asked["noise_seed"], asked["refit_readout"]) == (5, "77", THIRD / 10)


def test_a_quick_demo_is_done_again_quickly(demo, parse):
    asked = parse(demo_again(demo[1]))
    assert (asked["seed"], asked["quick"]) == (3, True)


def test_noise_of_the_specimen_faults_and_limits_of_a_run_come_back(tmp_path, parse, monkeypatch):
    settings = MonitorSettings(1 / 3, {"coil": (-math.inf, 310.0), "field": (THIRD, math.inf)})
    device, source = FakeDevice(), SetupSource("sim:nanoring", 4, faults=("lockin:overload@3",))
    device.readings = lambda: {"coil": (300.0, "K"), "field": (5.0, "T")}
    procedure = load_protocol("characterise")()
    configure(procedure, {"sequences": 2, "steps": 3})
    run = Run.open(run_protocol(procedure, device, tmp_path / "run", source=source, monitors=settings))
    asked = []
    monkeypatch.setattr("nado_lab.lab.workflow.measure.measure", lambda request, _: asked.append(request))
    CliRunner().invoke(app, shlex.split(measure_again(run.metadata, run.path))[1:])
    assert asked[0].setup == source
    assert asked[0].monitors == settings


@pytest.mark.parametrize("noise", [None, 8])
def test_a_deployment_asks_for_the_same_sources_again(monkeypatch, noise):
    sources = [SetupSource(f"sim:{n}", 5 + n, None if noise is None else noise + n) for n in range(2)]
    report = DeploymentReport.from_json(
        DEPLOYED
        | {
            "seed": 5,
            "setups": [source.name for source in sources],
            "specimens": [source.specimen for source in sources],
            "noise_seeds": [source.noise_seed for source in sources],
            "faults": ["lockin:overload@3"],
            "twins": ["/a b/x.twin"],
        }
    )
    asked = []
    monkeypatch.setattr("nado_lab.lab.workflow.deploy.deploy", lambda request, _: asked.append(request))
    monkeypatch.setattr("nado_lab.lab.cli.control.is_controller", lambda _: False)
    CliRunner().invoke(app, shlex.split(deploy_again(report))[1:])
    broken = replace(sources[0], faults=("lockin:overload@3",))
    assert asked[0].setups == (broken, sources[1])
    assert (asked[0].seed, asked[0].test_examples) == (5, 10)
    assert asked[0].twins == (Path("/a b/x.twin"),)


def test_a_deployment_that_no_command_makes_says_so():
    report = DeploymentReport.from_json(DEPLOYED | {"seed": 5, "specimens": [3], "noise_seeds": [1]})
    assert "deployed by a program" in deploy_again(report)


SETTINGS = (
    FitSettings(seed=9, weight_decay=THIRD / 100, mean_steps=7, batch=96, model=ModelSizes(hidden=8)),
    FitSettings(method=Method.GAN, budget_s=THIRD, learning_rate=THIRD / 1000),
)


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize(
    "asked",
    [
        FitOrigin(("/a b/x.zarr", "/y.zarr"), scored_share=THIRD / 10, keep_all=True),
        FitOrigin(("/x.zarr",), "waveform", scored_on=("/z.zarr",), start="/old.twin", memory_gb=THIRD),
    ],
)
def test_a_twin_is_fitted_again_to_its_runs_with_its_settings(monkeypatch, settings, asked):
    requests = []

    def fit(request, observer):
        requests.append(request)
        raise typer.Exit

    monkeypatch.setattr("nado_lab.lab.workflow.fit.fit", fit)
    (command,) = fit_again(TwinCard(fit=FitRecord(settings), other=asked.beside({})))
    said = CliRunner().invoke(app, shlex.split(command)[1:])
    assert requests, said.output
    assert requests[0].settings == settings
    found = requests[0]
    assert (found.level, found.scored_share, found.memory_gb) == (
        asked.level,
        asked.scored_share,
        asked.memory_gb,
    )
    assert (tuple(map(str, found.runs)), tuple(map(str, found.scored_on))) == (asked.runs, asked.scored_on)
    assert (found.keep_all, found.start) == (asked.keep_all, Path(asked.start) if asked.start else None)


def test_a_twin_is_recalibrated_again(parse):
    asked = RecalibrationOrigin("/old.twin", ("/x.zarr",), steps=12, scored_on=("/z.zarr",), seed=6)
    (command,) = fit_again(TwinCard(other=asked.beside({})))
    found = parse(command)
    assert (str(found["twin"]), [str(run) for run in found["run"]]) == ("/old.twin", ["/x.zarr"])
    assert (found["steps"], found["fit_steps"], found["seed"]) == (12, 0, 6)
    assert [str(run) for run in found["scored_on"]] == ["/z.zarr"]


def test_a_twin_that_was_fitted_keeps_what_was_asked(demo, tmp_path):
    """And so its report prints it: fitted to the demo's run, scored on its repeats."""
    card = load_twin(demo[0] / "device.twin").card
    asked = FitOrigin.of(card.other)
    assert asked is not None
    assert [Path(run).name for run in asked.scored_on] == ["repeats.zarr"]
    assert fit_again(card)[0].startswith("nado twin fit ")
