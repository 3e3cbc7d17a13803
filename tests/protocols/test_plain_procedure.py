"""A user's own procedure runs from its file, untouched PyMeasure ones too."""

import json

import pytest
from nado_lab.lab.cli import measure
from nado_lab.lab.runs import NoBench, resume_protocol
from nado_lab.lab.store import Run
from nado_lab.protocols import ProtocolError, load_protocol, protocol_name

from tests.lab.cli.command_line import call

PLAIN = '''
from pymeasure.experiment import FloatParameter, IntegerParameter, Metadata, Procedure


class Ramp(Procedure):
    """Nothing in here knows of NADO-Lab."""

    steps = IntegerParameter("Steps", default=4)
    slope = FloatParameter("Slope", units="V", default=2.0)
    start = Metadata("Start temperature", units="K", fget=lambda: 4.2)
    DATA_COLUMNS = ["Step", "Source Voltage (V)", "Comment"]

    def execute(self):
        for step in range(self.steps):
            self.emit("results", {"Step": step, "Source Voltage (V)": self.slope * step})
            self.emit("progress", 100 * step / self.steps)
            if self.should_stop():
                break
'''


@pytest.fixture
def plain(tmp_path):
    path = tmp_path / "ramp.py"
    path.write_text(PLAIN)
    return f"{path}:Ramp"


def test_a_plain_procedure_runs_without_a_setup(plain, tmp_path):
    options = ("--protocol", plain, "--out", tmp_path / "run", "-p", "slope=0.5", "--json")
    done = call(measure, "measure", *options)
    assert done.exit_code == 0, done.output
    run = Run.open(tmp_path / "run")
    data = run.dataset()
    assert data["Source_Voltage"].values.tolist() == [0, 0.5, 1.0, 1.5]
    assert data["Source_Voltage"].attrs["units"] == "V"
    assert bool(data["Comment"].isnull().all())
    assert run.metadata.protocol.parameters["slope"].units == "V"
    assert run.metadata.notes["metadata"] == {"start": "4.2 K"}
    assert json.loads(done.stdout)["protocol"]["name"] == plain
    assert protocol_name(load_protocol(plain)()) == plain


def test_a_plain_procedure_does_not_resume(plain, tmp_path):
    with pytest.raises(Exception, match="starts from the beginning"):
        resume_protocol(load_protocol(plain)(), NoBench(), tmp_path / "run")


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("absent.py:Ramp", "does not exist"),
        ("{plain}Other", "has no PyMeasure Procedure called 'RampOther'"),
        ("{broken}:Ramp", "cannot be imported: NameError"),
    ],
)
def test_what_cannot_be_loaded_is_one_line(plain, tmp_path, reference, message):
    (tmp_path / "broken.py").write_text("undefined_name\n")
    with pytest.raises(ProtocolError, match=message):
        load_protocol(reference.format(plain=plain, broken=tmp_path / "broken.py"))


def test_a_nado_protocol_needs_a_setup(tmp_path):
    done = call(measure, "measure", "characterise", "--out", tmp_path / "run")
    assert isinstance(done.exception, ProtocolError)
    assert "give --setup" in str(done.exception)
