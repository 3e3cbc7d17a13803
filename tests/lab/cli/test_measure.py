"""`nado measure` and `nado resume`: what is written, and what a mistake gets to read."""

import json

import pytest
from nado_lab.lab.cli import measure
from nado_lab.lab.errors import LabError
from nado_lab.lab.store import Run
from nado_lab.protocols import ProtocolError

from tests.lab.cli.command_line import behind_every_setup, call
from tests.protocols.fake_device import FakeDevice

SMALL = ("-p", "sequences=3", "-p", "steps=2")


def test_measure_writes_a_run_and_reports_it(tmp_path, monkeypatch):
    asked = behind_every_setup(monkeypatch, FakeDevice())
    out = tmp_path / "run"
    done = call(
        measure,
        "measure",
        "characterise",
        "--setup",
        "sim:x",
        "--out",
        out,
        *SMALL,
        "--specimen",
        4,
        "--json",
    )
    assert done.exit_code == 0, done.output
    assert asked == [("sim:x", 4)]
    report = json.loads(done.stdout)
    assert report["status"] == "complete"
    assert report["streams"]["primary"]["columns"]["readout"]["dims"] == ["trial", "step", "channel"]
    assert report["setup"]["source"] == "sim:x"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("characterize",), ProtocolError, "no protocol 'characterize'; there are: characterise"),
        ((), ProtocolError, "expected one protocol, got none: `nado measure characterise ...`"),
        (("characterise", "--protocol", "my.py:Mine"), ProtocolError, "expected one protocol, got both"),
        (("characterise", "-p", "sequences=0"), ProtocolError, "from 1 to"),
        (("characterise", "-p", "sequences"), ProtocolError, "expected name=value"),
    ],
)
def test_a_mistake_is_one_line_and_makes_nothing(tmp_path, monkeypatch, arguments, error, message):
    asked = behind_every_setup(monkeypatch, FakeDevice())
    done = call(measure, "measure", *arguments, "--setup", "sim:x", "--out", tmp_path / "run")
    assert isinstance(done.exception, error)
    assert message in str(done.exception)
    assert "\n" not in str(done.exception)
    assert not (tmp_path / "run").exists()
    assert asked == []


def test_an_output_that_exists_is_refused_before_the_setup_is_opened(tmp_path, monkeypatch):
    asked = behind_every_setup(monkeypatch, FakeDevice())
    done = call(measure, "measure", "characterise", "--setup", "sim:x", "--out", tmp_path)
    assert isinstance(done.exception, LabError)
    assert asked == []


def test_resume_opens_the_same_setup_and_completes(tmp_path, monkeypatch):
    def interrupt(trial):
        if trial == 1:
            raise KeyboardInterrupt

    behind_every_setup(monkeypatch, FakeDevice(on_trial=interrupt))
    out = tmp_path / "run"
    stopped = call(
        measure, "measure", "characterise", "--setup", "sim:x", "--out", out, *SMALL, "--specimen", 4
    )
    assert stopped.exit_code != 0
    asked = behind_every_setup(monkeypatch, FakeDevice())
    done = call(measure, "resume", out, "--json")
    assert done.exit_code == 0, done.output
    assert asked == [("sim:x", 4)]
    assert json.loads(done.stdout)["streams"]["primary"]["rows"] == 3
    assert Run.open(out).dataset()["trial"].values.tolist() == [0, 1, 2]


OWN = """
from pathlib import Path
from pymeasure.experiment import Procedure

Path(__file__).with_suffix(".ran").touch()


class Count(Procedure):
    DATA_COLUMNS = ["x"]

    def execute(self):
        self.emit("results", {"x": 1.0})
"""


def test_resuming_runs_no_code_that_only_the_run_names(tmp_path):
    file, out = tmp_path / "own.py", tmp_path / "run"
    file.write_text(OWN)
    measured = call(measure, "measure", "--protocol", f"{file}:Count", "--out", out)
    assert measured.exit_code == 0, measured.output
    content = (out / "zarr.json").read_text().replace('"complete"', '"aborted"')
    (out / "zarr.json").write_text(content)
    file.with_suffix(".ran").unlink()
    refused = call(measure, "resume", out)
    assert f"nado resume {out} --protocol {file}:Count" in str(refused.exception)
    assert not file.with_suffix(".ran").exists()
    call(measure, "resume", out, "--protocol", f"{file}:Count")
    assert file.with_suffix(".ran").exists()


def test_protocols_lists_parameters_with_ranges():
    listed = json.loads(call(measure, "protocols", "--setup", "sim:nanoring", "--json").stdout)
    assert listed["characterise"]["field_centre"]["units"] == "mT"
    assert listed["characterise"]["sequences"]["value"] == 200


def test_protocols_lists_what_can_be_run_and_what_must_be_given():
    listed = json.loads(call(measure, "protocols", "--setup", "sim:nanoring", "--json").stdout)
    assert "drives" not in listed
    required = {(name, key) for name, found in listed.items() for key, p in found.items() if p["required"]}
    assert required == {("replay", "of")}
    shown = call(measure, "protocols").stdout
    row = next(line for line in shown.splitlines() if "Run whose drives" in line)
    assert "must be given" in row
