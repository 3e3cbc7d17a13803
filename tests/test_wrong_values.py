"""No message about a value that was entered speaks the language of pydantic."""

import dataclasses
import math
import re
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import pytest
from nado_lab.instruments import SetupError, load_setup
from nado_lab.lab.dashboard.models.looping import TEMPLATE
from nado_lab.lab.errors import LabError
from nado_lab.lab.loop.config import load_config
from nado_lab.lab.sweeps import load_sweep
from nado_lab.lab.workflow.queue import read_queue
from nado_lab.network import NetworkError, TaskError, TrainSettings, load_task
from nado_lab.protocols import ProtocolError, configure, describe, load_protocol, protocols_to_choose
from nado_lab.twin import FitSettings, TwinError
from nado_lab.wrong_values import in_words
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

FOREIGN = re.compile(
    r"Input should|valid (integer|number|string|list|tuple|dict|bool)|Extra inputs|Field required|type=|"
    r"validation error|pydantic|Value error|unable to parse|\bNoneType\b|instance of|keyword argument",
    re.IGNORECASE,
)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Everything(BaseModel):
    model_config = ConfigDict(extra="forbid")

    whole: Annotated[int, Field(ge=1, le=9)] = 1
    number: Annotated[float, Field(gt=0, lt=2.5, allow_inf_nan=False)] = 1.0
    on: bool = True
    text: Annotated[str, Field(min_length=2, max_length=4, pattern="^[a-z]*$")] = "ab"
    many: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    pair: tuple[int, int] = (1, 2)
    table: dict[str, int] = {}
    colour: Colour = Colour.RED
    word: Literal["a", "b"] = "a"
    at: datetime = datetime(2026, 1, 31)
    where: Path = Path()
    either: int | str = 1


WRONG = [
    1.5,
    -3,
    100,
    math.nan,
    math.inf,
    "",
    "word",
    "LONG WORD",
    True,
    None,
    [],
    ["x"],
    [1, 2, 3],
    {},
    {"a": "b"},
]


@pytest.mark.parametrize("name", Everything.model_fields)
@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_every_kind_of_mistake_is_in_our_words(name, value):
    try:
        Everything.model_validate({name: value})
    except ValidationError as error:
        for detail in error.errors():
            told = in_words(detail)
            assert told.startswith("expected") or detail["type"] == "missing", (detail, told)
            assert not FOREIGN.search(told)


def test_missing_and_unknown_entries_and_checks_of_our_own():
    with pytest.raises(ValidationError) as unknown:
        Everything.model_validate({"wole": 1})
    assert "misspelt" in in_words(unknown.value.errors()[0])
    with pytest.raises(ValidationError) as absent:
        TypeAdapter(tuple[int, int]).validate_python([1])
    assert in_words(absent.value.errors()[0]) == "it is missing"

    @dataclasses.dataclass
    class Even:
        number: int

        def __post_init__(self):
            if self.number % 2:
                raise ValueError("give an even number")

    with pytest.raises(ValidationError) as odd:
        TypeAdapter(Even).validate_python({"number": 3})
    assert in_words(odd.value.errors()[0]) == "give an even number"


def refused(call, *errors):
    """Give what is said of a value; nothing where it is taken."""
    said = ""
    try:
        call()
    except errors as error:
        said = str(error)
    assert not FOREIGN.search(said), said
    assert "\n" not in said
    return said


@pytest.mark.parametrize("protocol", protocols_to_choose())
def test_forms_of_protocols(protocol):
    parameters = describe(load_protocol(protocol)())
    said = [
        refused(lambda n=name, v=value: configure(load_protocol(protocol)(), {n: v}), ProtocolError)
        for name in [*parameters, "no_such_parameter"]
        for value in ("word", "-1e99", "", "nan", [1], {"a": 1}, None)
    ]
    assert any(said)


def test_form_of_a_fit():
    names = [each.name for each in dataclasses.fields(FitSettings)]
    said = [
        refused(lambda n=name, v=value: FitSettings.from_json({n: v}), TwinError, LabError)
        for name in names
        for value in ("word", -5, [1], {"a": 1})
    ]
    assert sum(map(bool, said)) > len(names)


def test_form_of_a_training():
    said = [
        refused(lambda n=name, v=value: TrainSettings.of(**{n: v}), NetworkError)
        for name in [*TrainSettings.model_fields, "no_such_setting"]
        for value in ("word", -5, [], {"a": 1})
    ]
    assert sum(map(bool, said)) > len(TrainSettings.model_fields)
    assert refused(lambda: load_task("temporal-mnist", train="many"), TaskError)


@pytest.mark.parametrize("wrong", ["rounds = 'two'", "rounds = -1", "no_such = 1", "rounds = [1]"])
def test_text_of_a_loop(tmp_path, wrong):
    file = tmp_path / "loop.toml"
    file.write_text(TEMPLATE.format(setup="sim:nanoring", seed=0).replace("rounds = 2", wrong))
    assert refused(lambda: load_config(file), LabError)


@pytest.mark.parametrize("read", [read_queue, load_sweep, load_setup])
@pytest.mark.parametrize(
    "text", ["x = 1", "experiment = 3", "[[experiment]]\nprotocol = 3", "kind = 7\nroles = 1"]
)
def test_files_of_queues_sweeps_and_setups(tmp_path, read, text):
    file = tmp_path / "file.toml"
    file.write_text(text)
    assert refused(lambda: read(file), LabError, SetupError, ProtocolError)
