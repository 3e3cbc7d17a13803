"""A user's own procedure runs from its file, untouched PyMeasure ones too."""

import json

import pytest
from nado_lab.lab.cli import measure
from nado_lab.lab.runs import NoBench, resume_protocol, run_protocol
from nado_lab.lab.store import Run
from nado_lab.protocols import ProtocolError, load_protocol, protocol_name

from tests.lab.cli.command_line import call
from tests.lab.observers import Watching

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


ODD = """
from pymeasure.experiment import FloatParameter, Parameter, Procedure

class Base(Procedure):
    bias = FloatParameter("Bias", units="V", default=1.0)
    extra = Parameter("Extra", default={"a": 1})
    DATA_COLUMNS = ["Voltage (V)", "Voltage (mV)", "Trial", "elapsed (s)"]
    ready = False

    def setup(self):
        self.ready = self.is_last()

    def startup(self):
        self.setup()

    def execute(self):
        self.emit("progress", 25)
        self.emit("results", {"Voltage (V)": 1, "Voltage (mV)": 2, "Trial": 3, "elapsed (s)": self.ready})

    def shutdown(self):
        return True

class NotGiven(Base):
    gain = FloatParameter("Gain", units="V")

class Hides(Base):
    columns = Parameter("Columns", default=3)

class BadUnit(Base):
    DATA_COLUMNS = ["x (furlongish)"]

class Misspelt(Base):
    DATA_COLUMNS = ["x"]
    def execute(self):
        self.emit("results", {"X": 1})

class OtherTopic(Base):
    def execute(self):
        self.emit("result", {"Trial": 1})

class Ragged(Base):
    DATA_COLUMNS = ["x", "y"]
    def execute(self):
        self.emit("batch results", {"x": [1, 2], "y": [1]})
"""


@pytest.fixture
def odd(tmp_path):
    (tmp_path / "odd.py").write_text(ODD)
    return tmp_path / "odd.py"


def test_names_that_coincide_are_numbered_and_the_users_own_names_stay(odd, tmp_path):
    seen = []
    observer = Watching(lambda _, share, __: seen.append(share))
    procedure = load_protocol(f"{odd}:Base")()
    run_protocol(procedure, NoBench(), tmp_path / "run", observer=observer)
    run = Run.open(tmp_path / "run")
    assert run.status.value == "complete"
    row = {name: values.item() for name, values in run.dataset().data_vars.items()}
    assert row == {"Voltage": 1, "Voltage_2": 2, "Trial_2": 3, "elapsed_2": 1}
    assert run.metadata.protocol.parameters["extra"].value == {"a": 1}
    assert seen == [0.25, 0.25]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("NotGiven", r"needs a value for gain .*give -p gain="),
        ("Hides", "has columns of its own"),
        ("BadUnit", "furlongish"),
        ("Misspelt", "'X', which is none of DATA_COLUMNS"),
        ("OtherTopic", "'results' or 'batch results'"),
        ("Ragged", "'x' has 2, 'y' has 1"),
    ],
)
def test_what_would_be_lost_in_silence_is_told(odd, tmp_path, name, message):
    with pytest.raises(ProtocolError, match=message):
        run_protocol(load_protocol(f"{odd}:{name}")(), NoBench(), tmp_path / "run")
