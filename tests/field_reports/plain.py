"""Run a plain procedure from its source, as `nado measure --protocol file.py:Scan` does."""

from pathlib import Path

from nado_lab.lab.store import Run
from nado_lab.lab.workflow.measure import MeasureRequest, measure

HEAD = "from pymeasure.experiment import *\n"


def run_plain(folder: Path, source: str, **parameters: object) -> Run:
    """Measure with the class `Scan` of a source into a new run of the folder."""
    file = folder / "scan.py"
    file.write_text(HEAD + source, encoding="utf-8")
    measure(MeasureRequest(f"{file}:Scan", folder / "run", parameters=parameters))
    return Run.open(folder / "run")
