"""Keithley 2636B source-meter of two channels, in TSP: source, compliance, readings, lists on a timer.

Dialect: Series 2600B Reference Manual 2600BS-901-01 Rev. C, section 7; replies as QCoDeS' simulation of it.
"""

from collections.abc import Callable

import numpy as np
from nado_lab.sim_backend.devices.keithley2600_settings import (
    BOUNDS,
    CONSTANTS,
    DEFAULTS,
    LEAST_SOURCED_A,
    RANGES,
)
from nado_lab.sim_backend.devices.source_core import Load, Operating, Resistor, SourceCore
from nado_lab.sim_backend.devices.tsp import TspDevice
from nado_lab.sim_backend.scpi import ScpiDevice, ScpiError

_LINE_HZ = 50.0
_OPEN_OHMS = 1e13
_OVER = 1.01
_OVERFLOW = 9.91e37
_LIMITED = 0x40
_VOLTAGE_LIMIT, _CURRENT_LIMIT = 1, 2
"""Bits of status.measurement.instrument.smuX (2600BS-901-01 Rev. F, p. 9-283 and 9-290)."""


def _ratio(volts: float, amperes: float) -> float:
    """Return a resistance in ohm."""
    return volts / amperes if amperes else _OVERFLOW


class Channel:
    """One source and meter: its attributes are those of the instrument that begin with its name."""

    def __init__(self, device: "Keithley2600", name: str, core: SourceCore):
        self.device, self.name, self.core = device, name, core
        self.list: tuple[str, list[float]] = ("v", [])
        self.rows: list[tuple[float, Operating]] = []
        device.constants |= {f"{name}.{word}": value for word, value in CONSTANTS.items()}
        device.functions |= {f"{name}.{word}": function for word, function in self._functions().items()}
        self.reset()

    def _functions(self) -> dict[str, Callable]:
        return {
            "reset": self.reset,
            "abort": self._abort,
            "measure.iv": lambda: self._read()[::-1],
            "measure.v": lambda: self._read()[0],
            "measure.i": lambda: self._read()[1],
            "measure.r": lambda: _ratio(*self._read()),
            "trigger.source.listv": lambda table: self._set_list("v", table),
            "trigger.source.listi": lambda table: self._set_list("i", table),
            "trigger.measure.iv": lambda _current, _voltage: None,
            "trigger.initiate": self._initiate,
            "nvbuffer1.clear": self.rows_forgotten,
            "nvbuffer2.clear": self.rows_forgotten,
        }

    def get(self, word: str) -> float:
        """Return an attribute of the channel."""
        return self.device.attributes[f"{self.name}.{word}"]

    def reset(self) -> None:
        """Switch the output off; forget settings, list and readings."""
        self.device.attributes |= {f"{self.name}.{word}": value for word, value in DEFAULTS.items()}
        self.core.stop()
        self.list, self.rows = ("v", []), []
        self.sync()

    def rows_forgotten(self) -> None:
        """Empty the buffers."""
        self.rows = []

    def sync(self) -> None:
        """Give the settings to the source."""
        core = self.core
        core.output = core.is_on(wanted=self.get("source.output") == 1.0)
        core.sourced = "V" if self.get("source.func") else "A"
        self.device.attributes[f"{self.name}.source.output"] = float(core.output)
        core.levels = {"V": self.get("source.levelv"), "A": self.get("source.leveli")}
        core.limits = {"V": self.get("source.limitv"), "A": self.get("source.limiti")}

    def advance(self, until_s: float) -> None:
        """Go on to a bench time; after a list the source is at the level that is set."""
        playing = self.core.playing
        if playing and until_s >= playing.end_s:
            self.core.advance(playing.end_s)
            self.rows = playing.points
            self.core.stop()
            self.sync()
        self.core.advance(until_s)

    def _abort(self) -> None:
        self.core.stop()
        self.sync()

    def _read(self) -> tuple[float, float]:
        """Measure (volts, amperes)."""
        self.device.ready_at += self.get("measure.nplc") / _LINE_HZ
        return self.shown(self.core.measure())

    def shown(self, reading: Operating) -> tuple[float, float]:
        """Return what the meter makes of a reading (volts, amperes)."""
        values = {"v": reading.volts, "i": reading.amperes}
        for word, value in values.items():
            beyond = not self.get(f"measure.autorange{word}")
            beyond &= abs(value) > _OVER * self.get(f"measure.range{word}")
            values[word] = _OVERFLOW if beyond or self.device.overloaded else value
        return values["v"], values["i"]

    def _set_list(self, quantity: str, table: str) -> None:
        self.list = (quantity, list(self.device.tables[table]))

    def _initiate(self) -> None:
        quantity, levels = self.list
        count = int(self.get("trigger.count"))
        if not self.get("trigger.source.action") or count != len(levels):
            raise ScpiError(-221, "Settings conflict; no list of trigger.count levels")
        if (quantity == "v") != (self.core.sourced == "V"):
            raise ScpiError(-221, "Settings conflict; the list is of what is not sourced")
        measured = self.get("measure.delay") + self.get("source.delay") + self.get("measure.nplc") / _LINE_HZ
        timer = self.device.attributes[f"trigger.timer[{1 + (self.name == 'smub')}].delay"]
        self.core.play(levels, max(timer, measured), measured)


class Keithley2600(TspDevice):
    """Source into a load at channel A that the bench supplies; nothing is connected to channel B."""

    identity = "Keithley Instruments Inc., Model 2636B, 4308079, 3.2.2"
    faults = ScpiDevice.faults | {"open", "overload", "stuck"}

    def __init__(self, clock, load: Load, *, noise: float = 5e-6, seed: int = 0):
        super().__init__(clock)
        for index in (1, 2):
            timer = f"trigger.timer[{index}]"
            self.constants[f"{timer}.EVENT_ID"] = float(index)
            words = {"delay": 1e-5, "count": 1.0, "passthrough": False, "stimulus": 0.0}
            self.attributes |= {f"{timer}.{word}": value for word, value in words.items()}
        words = {"data": 1.0, "byteorder": 0.0, "asciiprecision": 6.0}
        self.attributes |= {f"format.{word}": value for word, value in words.items()}
        self.constants |= {"format.ASCII": 1.0, "format.REAL64": 3.0, "format.LITTLEENDIAN": 1.0}
        self.constants |= {"localnode.linefreq": _LINE_HZ, "localnode.model": "2636B"}
        loads = {"smua": load, "smub": Resistor(_OPEN_OHMS)}
        self.channels = {
            name: Channel(self, name, SourceCore(each, clock.now(), noise=noise, seed=seed))
            for name, each in loads.items()
        }
        self.functions |= {"printbuffer": self._print_buffer, "reset": self.reset}

    def write(self, message: bytes) -> None:
        """Go on to now, then execute the line."""
        self.advance(self.clock.now())
        super().write(message)

    def advance(self, until_s: float) -> None:
        """Go on to a bench time."""
        for channel in self.channels.values():
            channel.advance(until_s)

    def reset(self) -> None:
        """Reset both channels."""
        super().reset()
        for channel in self.channels.values():
            channel.reset()

    def recover(self) -> None:
        """Mend what was broken."""
        super().recover()
        self.channels["smua"].core.mend()

    def break_bond(self) -> None:
        """Lift a bond: the terminals of channel A see an open circuit."""
        self.channels["smua"].core.open_circuit = True

    def stick(self) -> None:
        """Weld the relay of channel A's output."""
        self.channels["smua"].core.stick()
        self.channels["smua"].sync()

    def busy_until(self) -> float:
        """Return the bench time at which all lists are over."""
        return max(channel.core.busy_until() for channel in self.channels.values())

    def check(self, name: str, value: object) -> None:
        """Refuse a level, a limit or line cycles beyond what the instrument can do."""
        low, high = BOUNDS.get(name.partition(".")[2], (None, None))
        if low is None or high is None:
            return
        if not isinstance(value, float) or not low <= value <= high:
            small = isinstance(value, float) and value < low
            raise ScpiError(1101 if small else 1102, f"Parameter too {'small' if small else 'big'}; {name}")

    def assigned(self, name: str) -> None:
        """Round a range up to one there is; a range that is set ends the automatic one."""
        channel, _, word = name.partition(".")
        if channel not in self.channels:
            return
        if word[:-1].endswith(".range"):
            wanted = abs(self.attributes[name])
            least = LEAST_SOURCED_A if word == "source.rangei" else 0.0
            fits = [each for each in RANGES[word[-1]] if each >= least and wanted <= each * _OVER]
            self.attributes[name] = fits[0] if fits else RANGES[word[-1]][-1]
            self.attributes[name[:-6] + "autorange" + word[-1]] = 0.0
        self.channels[channel].sync()

    def attribute(self, name: str) -> object:
        """Return an attribute as it is now: whether a limit acts, how many readings there are."""
        channel, _, word = name.partition(".")
        if channel in self.channels and word == "source.compliance":
            return self.channels[channel].core.operating().limited
        if channel in self.channels and word in ("nvbuffer1.n", "nvbuffer2.n"):
            return float(len(self.channels[channel].rows))
        if word.startswith("measurement.instrument.") and word.endswith(".condition"):
            core = self.channels[word.split(".")[2]].core
            return float({"V": _CURRENT_LIMIT, "A": _VOLTAGE_LIMIT}[core.sourced] * core.operating().limited)
        return super().attribute(name)

    def _print_buffer(self, first: str, last: str, *columns: str) -> None:
        """Print columns of a channel's buffers, in blocks ``#0`` of doubles or as text."""
        rows = [self._row(columns, index - 1) for index in range(int(first), int(last) + 1)]
        values = np.array(rows).ravel()
        if self.attributes["format.data"] == 1.0:
            self.output = ", ".join(f"{value:.5e}" for value in values).encode() + self.terminator
            return
        order = "<f8" if self.attributes["format.byteorder"] == 1.0 else ">f8"
        self.output = b"#0" + values.astype(order).tobytes() + self.terminator

    def _row(self, columns: tuple[str, ...], index: int) -> list[float]:
        """Return one reading in the columns that were asked for."""
        found = []
        for column in columns:
            name, _, word = column.partition(".")
            channel = self.channels[name]
            if index >= len(channel.rows):
                raise ScpiError(-286, "TSP Runtime error at line 1: index out of the buffer")
            time, reading = channel.rows[index]
            volts, amperes = channel.shown(reading)
            kind = word.partition(".")[2]
            values = {"timestamps": time - channel.rows[0][0]}
            values["readings"] = amperes if word.startswith("nvbuffer1") else volts
            values["statuses"] = float(_LIMITED * reading.limited)
            found.append(values[kind])
        return found
