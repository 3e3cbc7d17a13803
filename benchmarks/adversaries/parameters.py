"""Parameters of protocols: any name and value, as text of a command line or as a value of a queue's file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from benchmarks.adversaries.nonsense import NOT_FINITE, NUMBERS, OTHERS, WORDS

PROTOCOLS = (
    "characterise",
    "repeats",
    "hysteresis",
    "memory",
    "drift_watch",
    "drives",
    "calibrate_axes",
    "own",
)
TEXTS = (
    "26 Oe",
    "1,5",
    "1e-3 mT",
    "5 bananas",
    "True",
    "[1, 2]",
    "1/0",
    "__import__('os')",
    "1_000",
    "٣",
    "∞",
)
SOURCE = """
from pymeasure.experiment import *

class Own(Procedure):
    DATA_COLUMNS = ["x"]
    real = FloatParameter("Real", units="V", default=1.0, minimum=-5, maximum=5)
    whole = IntegerParameter("Whole", default=3, minimum=0)
    truth = BooleanParameter("Truth", default=False)
    word = ListParameter("Word", choices=["a", "b"], default="a")
    many = VectorParameter("Many", length=2, default=[1, 2])
    text = Parameter("Text", default="t")
    quantity = PhysicalParameter("Quantity", uncertaintyType="absolute", default=[1, 0.1])

    def execute(self):
        self.emit("results", {"x": 1})
"""


def cases(folder: Path) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """Give a protocol and values by names that it has, or has not."""
    return st.sampled_from(PROTOCOLS).flatmap(_values)


def attempt(case: tuple[str, dict[str, Any]], folder: Path) -> None:
    """Set the parameters as a queue's file and a command line do; what was set is described as JSON."""
    import json

    from nado_lab.lab.runs.describe import describe_protocol
    from nado_lab.protocols import configure, load_protocol

    name, values = case
    if name == "own":
        (folder / "own.py").write_text(SOURCE, encoding="utf-8")
        name = f"{folder / 'own.py'}:Own"
    procedure = load_protocol(name)()
    configure(procedure, values)
    json.dumps(describe_protocol(procedure).model_dump(mode="json"), allow_nan=False)


def _values(protocol: str) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    value = (
        st.sampled_from((*WORDS, *NUMBERS, *NOT_FINITE, *OTHERS, *TEXTS)) | st.text(max_size=9) | st.floats()
    )
    names = st.sampled_from((*_names(protocol), "no_such", "", "execute"))
    return st.tuples(st.just(protocol), st.dictionaries(names, value, min_size=1, max_size=3))


def _names(protocol: str) -> tuple[str, ...]:
    from nado_lab.protocols import describe, load_protocol

    if protocol == "own":
        return ("real", "whole", "truth", "word", "many", "text", "quantity")
    return tuple(describe(load_protocol(protocol)()))
