"""A form made from the parameters of a PyMeasure procedure, with its units, ranges and choices."""

import os
from collections.abc import Mapping
from typing import Any

os.environ.setdefault("QT_API", "pyqt6")

from nado_lab.lab.dashboard.views.as_text import as_hint
from nado_lab.protocols import NadoProcedure
from pymeasure.display import inputs
from pymeasure.experiment import parameters
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFormLayout, QLabel, QWidget

INPUTS = (
    (parameters.FloatParameter, inputs.ScientificInput),
    (parameters.IntegerParameter, inputs.IntegerInput),
    (parameters.BooleanParameter, inputs.BooleanInput),
    (parameters.ListParameter, inputs.ListInput),
    (parameters.VectorParameter, inputs.VectorInput),
)
Named = dict[str, parameters.Parameter]


class ParameterForm(QWidget):
    """One labelled input a parameter; an input that only the setup can settle waits for it, disabled."""

    changed = pyqtSignal()

    def __init__(self, procedure: NadoProcedure) -> None:
        super().__init__()
        self._parameters = procedure.parameter_objects()
        self.inputs: dict[str, Any] = {}  # PyMeasure's inputs have no types
        self._labels: dict[str, QLabel] = {}
        layout = QFormLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(4)
        for name, parameter in in_declared_order(procedure, self._parameters).items():
            self._add(layout, name, parameter)
        self._show_groups()

    def values(self) -> dict[str, object]:
        """Give the parameters that are settled."""
        return {name: each.parameter.value for name, each in self.inputs.items() if each.isEnabled()}

    def set_values(self, values: Mapping[str, object]) -> None:
        """Fill in values by name; those inputs can then be changed."""
        for name, value in values.items():
            if name in self.inputs and value is not None:
                self.inputs[name].setEnabled(True)
                self.inputs[name].setValue(value)
        self.changed.emit()

    def _add(self, layout: QFormLayout, name: str, parameter: parameters.Parameter) -> None:
        settled = parameter.is_set()
        fitting = (made for kind, made in INPUTS if isinstance(parameter, kind))
        made: Any = parameter.ui_class or next(fitting, inputs.StringInput)
        element = made(parameter)
        element.setEnabled(settled)
        element.setToolTip(as_hint(_hint(name, parameter, settled)))
        self.inputs[name] = element
        if made is inputs.BooleanInput:
            element.setText("")
        label = QLabel(as_hint(parameter.name))
        self._labels[name] = label
        layout.addRow(label, element)
        for signal in ("valueChanged", "toggled", "currentIndexChanged", "textChanged"):
            if hasattr(element, signal):
                getattr(element, signal).connect(self._edited)
                break

    def _edited(self, *_: object) -> None:
        self._show_groups()
        self.changed.emit()

    def _show_groups(self) -> None:
        """Hide the inputs whose group condition (PyMeasure's `group_by`) does not hold."""
        for name, parameter in self._parameters.items():
            shown = all(self._holds(other, wanted) for other, wanted in parameter.group_by.items())
            self.inputs[name].setVisible(shown)
            self._labels[name].setVisible(shown)

    def _holds(self, other: str, wanted: object) -> bool:
        value = self.inputs[other].value() if other in self.inputs else None
        return bool(wanted(value) if callable(wanted) else value == wanted)


def in_declared_order(procedure: NadoProcedure, parameters: Named) -> Named:
    """Sort parameters as they stand in the procedure's class, its own before those of its bases."""
    declared = [name for cls in type(procedure).__mro__ for name in vars(cls) if name in parameters]
    return {name: parameters[name] for name in dict.fromkeys([*declared, *parameters])}


def _hint(name: str, parameter: parameters.Parameter, settled: bool) -> str:
    """Say what may be entered."""
    text = getattr(parameter, "description", None) or parameter.name
    low, high = getattr(parameter, "minimum", None), getattr(parameter, "maximum", None)
    units = getattr(parameter, "units", None) or ""
    span = "" if low is None else f"\nfrom {low:g} to {high:g} {units}".rstrip()
    waits = "" if settled else "\nThe setup decides: connect to one first."
    return f"{text}{span}\n-p {name}=…{waits}"
