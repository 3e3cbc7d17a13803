"""`nado report`: what lies at a path is recognised, and the page about it is whole and harmless."""

import json
import re
import shlex
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import torch
from nado_lab.lab.errors import LabError
from nado_lab.lab.reports import Kind, kind_of, write_report
from nado_lab.lab.reports.provenance import FIELDS
from nado_lab.lab.runs import run_protocol
from nado_lab.lab.setup import SetupSource
from nado_lab.lab.store import Run
from nado_lab.lab.sweeps.table import write_table
from nado_lab.network import NetworkCard, TaskChoice, TrainSettings, load_task
from nado_lab.network import save as save_network
from nado_lab.network import train as train_network
from nado_lab.protocols import Characterise, configure
from nado_lab.twin import FitSettings, Trials, fit
from nado_lab.twin import save as save_twin

from tests.protocols.fake_device import FakeDevice

NODE = {"layer": 0, "mean_error": 0.1, "correlation": 0.9}
NODE |= {"coverage90": 0.9, "noise_share": 0.1, "saturated": 0.0}
DEPLOYED = {
    "task": "t",
    "metric": "accuracy",
    "variant": "noise-aware",
    "twin": 0.9,
    "device": 0.8,
    "transfer_gap": 0.1,
    "n_test": 10,
    "runs": ["layer0.zarr"],
    "nodes": [NODE | {"node": 0}, NODE | {"node": 1}],
    "findings": [{"what": "<script>alert(1)</script>", "detail": "twin & device"}],
    "device_identities": {"source": "KEITHLEY"},
    "setup": "sim:x",
    "network": "my net.net",
    "noise_seed": 77,
}
ROUND = {
    "round": 0,
    "metric": "accuracy",
    "twin": 0.9,
    "device": 0.8,
    "gap": 0.1,
    "gap_error": 0.02,
    "device_s": 10.0,
    "device_s_total": 10.0,
    "findings": [],
    "runs": [],
    "drift_since_last_round": None,
}


class Pictures(HTMLParser):
    """Collect where pictures and links of a page come from."""

    def __init__(self, text):
        super().__init__()
        self.sources, self.tags = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        links = [value for name, value in attributes if name in ("src", "href")]
        self.sources += [value for value in links if not value.startswith("#")]


def report(path, tmp_path):
    done = write_report(str(path), tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    found = Pictures(text)
    assert all(source.startswith("data:image/png;base64,") for source in found.sources)
    assert "script" not in found.tags
    return done, text, len(found.sources)


@pytest.fixture
def run(tmp_path):
    procedure = Characterise()
    configure(procedure, {"sequences": 3, "repeats": 4, "steps": 6})
    return run_protocol(
        procedure, FakeDevice(), tmp_path / "run.zarr", operator="me", source=SetupSource("sim:x", 7)
    )


@pytest.fixture
def twin_file(tmp_path):
    torch.manual_seed(0)
    drive = torch.rand(24, 8, 1) * 2 - 1
    trials = Trials(
        drive=drive,
        readout=drive.cumsum(1) + 0.1 * torch.randn(24, 8, 1),
        initial=None,
        sequence=torch.arange(24),
        channels=("a",),
        units=("V",),
        lineage=("20260101T000000-00000000",),
    )
    twin = fit(trials, FitSettings(mean_steps=2, score_steps=2))
    twin.card = replace(twin.card, runs=(str(tmp_path / "gone.zarr"),))
    return save_twin(twin, tmp_path / "a.twin")


def test_a_run_is_drawn_with_its_noise_and_its_command(run, tmp_path):
    done, text, pictures = report(run, tmp_path)
    assert done.kind == kind_of(str(run)) == Kind.RUN
    assert pictures == 2  # a passage, and the noise of the repeats
    assert "complete" in done.summary
    command = re.search(r"<pre>(.*?)</pre>", text, re.S)[1].replace("&#39;", "'")
    words = shlex.split(command)
    assert words[:3] == ["nado", "measure", "characterise"]
    assert {"repeats=4", "sequences=3"} <= set(words)
    assert words[words.index("--specimen") + 1] == "7"


def test_an_empty_run_has_a_page(tmp_path):
    class Nothing(Characterise):
        def execute(self):
            raise LabError("nothing came")

    procedure = Nothing()
    configure(procedure, {"sequences": 2, "steps": 3})
    with pytest.raises(LabError):
        run_protocol(procedure, FakeDevice(), tmp_path / "run")
    done, text, pictures = report(tmp_path / "run", tmp_path)
    assert pictures == 0
    assert "failed" in done.summary
    assert "nothing came" in text


def test_a_twin_without_its_run_says_so(twin_file, tmp_path):
    done, text, pictures = report(twin_file, tmp_path)
    assert done.kind == Kind.TWIN
    assert pictures == 0
    assert "could not be read" in text
    assert "20260101T000000-00000000" in text


def test_a_network_answers_on_its_twin(twin_file, tmp_path):
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "own.npz", inputs=rng.normal(size=(30, 5, 2)), targets=rng.integers(0, 3, 30))
    task_file = str(tmp_path / "own.npz")
    from nado_lab.twin import load

    settings = TrainSettings(nodes=(2,), epochs=1)
    network = train_network(load_task(task_file), [load(twin_file)], settings)
    card = NetworkCard(TaskChoice(task_file), settings, (str(twin_file),))
    path = save_network(network, tmp_path / "a.net", card)
    done, text, pictures = report(path, tmp_path)
    assert done.kind == Kind.NETWORK
    assert pictures == 2  # what is mistaken for what, and the weights
    assert "6 test examples on the twin" in text


def test_a_deployment_is_escaped(tmp_path):
    folder = tmp_path / "deployed"
    folder.mkdir()
    (folder / "report.json").write_text(json.dumps(DEPLOYED))
    done, text, pictures = report(folder, tmp_path)
    assert done.kind == Kind.DEPLOYMENT
    assert "transfer gap +10.0 points" in done.summary
    assert pictures == 1
    assert "&lt;script&gt;" in text
    assert "nado deploy &#39;my net.net&#39; --setup sim:x --specimen 0 --noise-seed 77 --test 10" in text


def test_a_loop_is_recognised(tmp_path):
    folder = tmp_path / "loop"
    folder.mkdir()
    result = {"ended": "all rounds are done", "tolerance": 0.01, "device_s": 10.0, "rounds": [ROUND]}
    (folder / "loop.json").write_text(json.dumps(result))
    (folder / "config.json").write_text(json.dumps({"task": {"name": "t"}, "setup": "sim:x"}))
    done, text, pictures = report(folder, tmp_path)
    assert (done.kind, pictures) == (Kind.LOOP, 1)
    assert "all rounds are done" in text


def test_a_sweep_is_drawn_against_what_was_varied(tmp_path):
    folder = tmp_path / "sweep"
    folder.mkdir()
    rows = [
        {"twin.seed": i, "twin.batch": 2**i, "crps": 0.1 * (3 - i), "run": ["runs/a.zarr"]} for i in range(3)
    ]
    write_table([*rows, {"twin.seed": 3, "twin.batch": 8, "error": "TwinError: no"}], folder, {"seed": 4})
    done, text, pictures = report(folder, tmp_path)
    assert (done.kind, pictures) == (Kind.SWEEP, 1)
    assert "1 failed. Best crps 0.1 with twin.seed 2, twin.batch 4." in done.summary
    assert f"nado sweep {folder / 'config.json'} --out again" in text
    assert "TwinError: no" in text


def test_figures_are_written_as_pdf_too(run, tmp_path):
    done = write_report(str(run), tmp_path / "page.html", tmp_path / "figures")
    assert len(done.figures) == 2
    for file in map(Path, done.figures):
        assert file.read_bytes()[:5] == b"%PDF-"


def test_what_cannot_be_reported(tmp_path):
    with pytest.raises(LabError, match="expected a run, a twin"):
        kind_of(str(tmp_path))
    (tmp_path / "report.json").write_text("{torn")
    with pytest.raises(LabError, match="expected a run, a twin"):
        kind_of(str(tmp_path))
    (tmp_path / "page.html").write_text("mine")
    with pytest.raises(LabError, match="exists already; choose another --out or remove it"):
        write_report(str(tmp_path), tmp_path / "page.html")


def rows_of(text, heading):
    """Give the rows of the table below a heading: first cell -> second."""
    part = text.partition(f">{heading}</h2>")[2].partition("<h2")[0]
    return dict(re.findall(r"<tr><td>(.*?)</td><td>(.*?)</td></tr>", part, re.S))


def test_every_kind_of_page_says_how_its_thing_came_to_be(run, twin_file, tmp_path):
    known = facts(run, tmp_path / "run")
    assert known["operator"] == "me"
    assert "specimen 7" in known["seeds"]
    assert known["commit"].split("-")[0] in Run.open(run).metadata.code.get("commit", "not recorded")
    facts(twin_file, tmp_path / "twin")
    folder = tmp_path / "deployed"
    folder.mkdir()
    shutil.copytree(run, folder / "layer0.zarr")
    (folder / "report.json").write_text(json.dumps(DEPLOYED), encoding="utf-8")
    known = facts(folder, tmp_path / "deployment")
    assert known["operator"] == "me"
    assert "noise 77" in known["seeds"] or "77" in known["seeds"]
    folder = tmp_path / "loop"
    folder.mkdir()
    content = {"ended": "done", "tolerance": 0.1, "device_s": 1.0, "rounds": [ROUND | {"runs": [str(run)]}]}
    (folder / "loop.json").write_text(json.dumps(content), encoding="utf-8")
    (folder / "config.json").write_text(
        json.dumps({"task": {"name": "t"}, "setup": "sim:x", "seed": 3}), encoding="utf-8"
    )
    known = facts(folder, tmp_path / "looped")
    assert (known["operator"], "seed 3" in known["seeds"]) == ("me", True)


def facts(path, out):
    """Write the page about a thing and give what it says of how it came to be; every field stands there."""
    out.mkdir()
    _, text, _ = report(path, out)
    known = rows_of(text, "How it came to be")
    assert set(known) == set(FIELDS)
    assert all(known.values())
    assert "@media print" in text
    contents = re.findall(r'<li><a href="#(.*?)">', text)
    assert contents == re.findall(r'<h2 id="(.*?)">', text)
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", text, re.S)
    assert [each.split(".")[0] for each in captions] == [f"Figure {n}" for n in range(1, len(captions) + 1)]
    return known
