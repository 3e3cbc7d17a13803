"""pymeasure/pymeasure 1445: a stop that is asked for during startup() must not let execute() begin."""

from nado_lab.lab.runs import NoBench, Observer, run_protocol
from nado_lab.lab.store import Run
from nado_lab.protocols import load_protocol

SOURCE = """
from pymeasure.experiment import Procedure

class Scan(Procedure):
    DATA_COLUMNS = ["x"]

    def startup(self):
        self.press()

    def execute(self):
        self.emit("results", {"x": 1})
"""


def test_the_run_is_aborted_before_its_first_row(tmp_path):
    (tmp_path / "scan.py").write_text(SOURCE)
    procedure = load_protocol(f"{tmp_path / 'scan.py'}:Scan")()
    observer = Observer()
    procedure.press = lambda: observer.stop.stop("Stop was pressed")
    run_protocol(procedure, NoBench(), tmp_path / "run", observer=observer)
    run = Run.open(tmp_path / "run")
    assert (run.status.value, run.metadata.reason, run.rows()) == ("aborted", "Stop was pressed", 0)
