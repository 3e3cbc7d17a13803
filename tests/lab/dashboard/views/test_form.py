import pytest
from pymeasure.experiment import (
    BooleanParameter,
    FloatParameter,
    IntegerParameter,
    ListParameter,
    Parameter,
    Procedure,
)

pytest.importorskip("PyQt6.QtWidgets", exc_type=ImportError)


class Example(Procedure):
    count = IntegerParameter("Count", default=3, minimum=1, maximum=9)
    field = FloatParameter("Field", units="mT", minimum=-5, maximum=5)
    sweep = BooleanParameter("Sweep", default=False)
    speed = FloatParameter("Speed", units="mT/s", default=1.0, group_by="sweep")
    shape = ListParameter("Shape", choices=["sine", "square"], default="sine")
    note = Parameter("Note", default="")


@pytest.fixture
def form(qtbot):
    from nado_lab.lab.dashboard.views.form import ParameterForm

    made = ParameterForm(Example())
    qtbot.addWidget(made)
    made.show()
    return made


def test_inputs_stand_in_the_order_of_the_class(form):
    assert list(form.inputs) == ["count", "field", "sweep", "speed", "shape", "note"]


def test_what_only_the_setup_knows_is_left_out_until_it_is_told(form):
    assert "field" not in form.values()
    form.set_values({"field": 2.5})
    assert form.values()["field"] == 2.5
    assert form.inputs["field"].isEnabled()


def test_values_come_back_and_ranges_hold(form):
    form.set_values({"count": 7, "shape": "square", "note": "x"})
    assert form.values() == {"count": 7, "sweep": False, "speed": 1.0, "shape": "square", "note": "x"}
    form.inputs["count"].setValue(100)
    assert form.values()["count"] == 9


def test_units_are_shown(form):
    assert "mT/s" in form.inputs["speed"].text()


def test_grouped_inputs_appear_with_their_condition(form):
    assert not form.inputs["speed"].isVisible()
    form.inputs["sweep"].setChecked(True)
    assert form.inputs["speed"].isVisible()


def test_a_change_is_told(qtbot, form):
    with qtbot.waitSignal(form.changed, timeout=1000):
        form.inputs["count"].setValue(5)
