"""A small part of Keithley's script language TSP (Lua): assignments, calls, print; enough for a source-meter.

A statement that is not understood is refused with -285, as the instrument refuses a syntax error.
"""

import re
from collections.abc import Callable
from typing import Any

from nado_lab.sim_backend.scpi import ScpiDevice, ScpiError

_ASSIGNMENT = re.compile(r"([A-Za-z_][\w.\[\]]*)\s*=(?!=)\s*(.+)\Z", re.DOTALL)
_CALL = re.compile(r"([A-Za-z_][\w.\[\]]*)\s*\((.*)\)\Z", re.DOTALL)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\Z")
_MOST_LINE = 1024


class TspDevice(ScpiDevice):
    """Answer common commands as ever, everything else as a script of one line."""

    timeless = frozenset((b"*IDN?", b"*ESR?"))
    constants: dict[str, Any]
    """Names that stand for a value, ``smua.OUTPUT_ON``."""
    functions: dict[str, Callable[..., Any]]
    """What may be called, by name; it takes the texts of its arguments."""

    def __init__(self, clock):
        super().__init__(clock)
        self.attributes: dict[str, Any] = {}
        self.tables: dict[str, list[float]] = {}
        self.constants = {"true": True, "false": False, "nil": None}
        self.functions = {
            "print": self._print,
            "table.insert": self._insert,
            "table.getn": lambda name: float(len(self.tables[name.strip()])),
            "errorqueue.next": self._pop_error,
            "errorqueue.clear": self.error_queue.clear,
        }

    def write(self, message: bytes) -> None:
        """Execute one line."""
        text = message.decode("latin-1").strip()
        if text.startswith("*"):
            super().write(message)
            return
        self.output, self.ready_at = b"", self.clock.now() + self.reply_s
        try:
            if len(text) > _MOST_LINE:
                raise ScpiError(-285, "TSP Syntax error at line 1: line is too long")
            for statement in text.split(";"):
                self._execute_statement(statement.strip())
        except ScpiError as error:
            self.refused.setdefault(text.split("(")[0].split("=")[0].strip(), error.text)
            self.fail(error)

    def _execute_statement(self, statement: str) -> None:
        assignment, call = _ASSIGNMENT.match(statement), _CALL.match(statement)
        if assignment:
            self._assign(assignment[1], assignment[2].strip())
        elif call:
            self._call(call[1], call[2])
        elif statement:
            raise ScpiError(-285, f"TSP Syntax error at line 1: unexpected symbol near {statement[:20]!r}")

    def _assign(self, name: str, expression: str) -> None:
        if expression == "{}":
            self.tables[name] = []
            return
        if name not in self.attributes:
            raise ScpiError(-286, f"TSP Runtime error at line 1: cannot set {name}")
        value = self.value_of(expression)
        self.check(name, value)
        self.attributes[name] = value
        self.assigned(name)

    def check(self, name: str, value: Any) -> None:  # noqa: ANN401  (a value of the language)
        """Refuse a value that an attribute cannot have."""

    def assigned(self, name: str) -> None:
        """React to an attribute that was just set."""

    def attribute(self, name: str) -> Any:  # noqa: ANN401  (a value of the language)
        """Return an attribute as it is now."""
        return self.attributes[name]

    def value_of(self, expression: str) -> Any:  # noqa: ANN401  (a value of the language)
        """Return what a number, a name or a call stands for."""
        call = _CALL.match(expression)
        if _NUMBER.match(expression):
            return float(expression)
        if call:
            return self._call(call[1], call[2])
        if expression in self.constants:
            return self.constants[expression]
        try:
            return self.attribute(expression)
        except KeyError:
            return None

    def _call(self, name: str, arguments: str) -> Any:  # noqa: ANN401  (a value of the language)
        if name not in self.functions:
            raise ScpiError(-286, f"TSP Runtime error at line 1: attempt to call a nil value ({name})")
        given = [part.strip() for part in arguments.split(",")] if arguments.strip() else []
        try:
            return self.functions[name](*given)
        except (TypeError, KeyError, ValueError):
            raise ScpiError(-286, f"TSP Runtime error at line 1: bad argument to {name}") from None

    def _print(self, *expressions: str) -> None:
        found = [self.value_of(each) for each in expressions]
        flat = [value for each in found for value in (each if isinstance(each, tuple) else (each,))]
        self.output = "\t".join(_printed(value) for value in flat).encode("latin-1") + self.terminator

    def _insert(self, table: str, value: str) -> None:
        self.tables[table].append(float(value))

    def _pop_error(self) -> tuple[float, str, float, float]:
        if not self.error_queue:
            return (0.0, "Queue Is Empty", 0.0, 1.0)
        code, text = self.error_queue.popleft()
        return (float(code), text, 20.0, 1.0)


def _printed(value: Any) -> str:  # noqa: ANN401  (a value of the language)
    """Print a value as the instrument does: six digits, ``true``, ``nil``."""
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else f"{value:.5e}"
