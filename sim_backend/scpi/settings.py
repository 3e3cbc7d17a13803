"""One declarative line per quantity that an instrument merely stores."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from nado_lab.sim_backend.scpi import errors
from nado_lab.sim_backend.scpi.header import compile_header
from nado_lab.sim_backend.scpi.values import number_of, show_number, text_of


@dataclass(frozen=True)
class Setting:
    """A stored quantity: its header, the value after a reset, how it is read and printed."""

    header: str
    name: str
    default: Any
    parse: Callable[[bytes], Any]
    show: Callable[[Any], str]
    index: tuple[str, ...] = ()
    """What the first parameter, also of the query, may be: there is one quantity for each."""
    is_row: bool = False
    """Whether all parameters are one quantity."""

    def read(self, arguments: tuple[bytes, ...]) -> Any:  # noqa: ANN401  (of the type that the setting declares)
        """Return the quantity that parameters give."""
        if len(arguments) > 1 and not self.is_row:
            raise errors.ScpiError(-108, "Parameter not allowed")
        return self.parse(b",".join(arguments))

    def place(self, argument: bytes) -> int:
        """Return the place of an index among those there are, or refuse it."""
        given = text_of(argument).upper()
        if given not in self.index:
            raise errors.illegal_value(given)
        return self.index.index(given)


def indexed(setting: Setting, *index: str) -> Setting:
    """Make a quantity one that there are several of, told apart by their first parameter."""
    return replace(setting, index=tuple(word.upper() for word in index))


def row(header: str, name: str, default: str, *index: str) -> Setting:
    """Declare a quantity of several parameters, kept as they are sent; too few or too many are refused."""
    count = default.count(",")

    def parse(argument: bytes) -> str:
        given = argument.decode("latin-1")
        if given.count(",") != count:
            raise errors.missing_parameter()
        return given

    return Setting(header, name, default, parse, str, tuple(word.upper() for word in index), is_row=True)


def number(
    header: str,
    name: str,
    default: float,
    low: float = -math.inf,
    high: float = math.inf,
    show: Callable[[float], str] = show_number,
) -> Setting:
    """Declare a number in SI units between ``low`` and ``high``; MIN, MAX and DEF are understood."""

    def parse(argument: bytes) -> float:
        word = text_of(argument).upper()
        named = {"MIN": low, "MAX": high, "DEF": default, "INF": math.inf, "INFINITY": math.inf}
        value = named[word] if word in named else number_of(argument)
        if not (low <= value <= high):
            raise errors.out_of_range(f"{name} {value:g} not in {low:g} to {high:g}")
        return value

    return Setting(header, name, default, parse, show)


def boolean(header: str, name: str, *, default: bool = False) -> Setting:
    """Declare an ON|OFF|1|0 switch; queries answer 1 or 0."""

    def parse(argument: bytes) -> bool:
        word = text_of(argument).upper()
        if word not in ("ON", "OFF", "1", "0"):
            raise errors.illegal_value(word)
        return word in ("ON", "1")

    return Setting(header, name, default, parse, lambda value: str(int(value)))


def choice(
    header: str, name: str, default: str, words: str, show: Callable[[str], str] = lambda value: value
) -> Setting:
    """Declare one of several words, spelt as in the manual: ``NORMal STEP OFF``; stored in short form."""
    patterns = [(compile_header(word), _short(word)) for word in words.split()]

    def parse(argument: bytes) -> str:
        given = text_of(argument).upper()
        for pattern, short in patterns:
            if pattern.match(given):
                return short
        raise errors.illegal_value(given)

    return Setting(header, name, default, parse, show)


def numeral(header: str, name: str, default: int, words: str) -> Setting:
    """Declare one of several words that may be sent as its index, and is always answered as its index."""
    named = choice(header, name, "", words)
    shorts = [_short(word) for word in words.split()]

    def parse(argument: bytes) -> int:
        given = text_of(argument)
        if given.isdigit() and int(given) < len(shorts):
            return int(given)
        return shorts.index(named.parse(argument))

    return Setting(header, name, default, parse, str)


def text(header: str, name: str, default: str = "", *, quoted: bool = True) -> Setting:
    """Declare a string, answered in double quotes where ``quoted``."""
    return Setting(header, name, default, text_of, lambda value: f'"{value}"' if quoted else value)


def _short(word: str) -> str:
    return "".join(letter for letter in word if not letter.islower())
