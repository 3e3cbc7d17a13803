"""Instruments of other libraries fill roles: PyMeasure's and QCoDeS' on simulated benches, ophyd's fakes."""

from types import SimpleNamespace
from typing import ClassVar

import pytest
from nado_lab.instruments.adapters.foreign import ForeignDriver
from nado_lab.instruments.adapters.ophyd import OphydDriver
from nado_lab.instruments.adapters.pymeasure import PyMeasureDriver
from nado_lab.instruments.adapters.qcodes import QCoDeSDriver
from nado_lab.instruments.errors import (
    DisconnectedError,
    IdentityError,
    InstrumentTimeout,
    LimitError,
    ReplyError,
    SetupError,
)
from nado_lab.instruments.roles import CurrentSource, FieldProbe, Thermometer
from nado_lab.instruments.setups.config import SerialConfig
from nado_lab.instruments.setups.open_roles import set_line
from nado_lab.instruments.setups.role_limits import limits_of
from nado_lab.sim_backend import open_bench
from pymeasure.instruments.keithley import Keithley6221
from pymeasure.instruments.lakeshore import LakeShore425


class Source(PyMeasureDriver):
    """PyMeasure's Keithley 6221 as it is, as a current source."""

    instrument = Keithley6221
    identity = "6221"
    units: ClassVar = {"source_current": "A", "source_compliance": "V"}

    def __init__(self, address, *, max_amperes=1e-3, **kwargs):
        self.most_amperes = max_amperes
        super().__init__(address, **kwargs)

    def source(self, amperes, compliance_v):
        if abs(amperes) > self.most_amperes:
            raise LimitError(f"{self.name}: {amperes:g} A is more than {self.most_amperes:g} A")
        self.put("source_compliance", compliance_v)
        self.put("source_current", amperes)
        self.put("source_enabled", True)

    def _make_safe(self):
        self.put("source_current", 0.0)
        self.put("source_enabled", False)


class Probe(PyMeasureDriver):
    """PyMeasure's Lake Shore 425, for which it speaks no SCPI."""

    instrument = LakeShore425
    identity = "MODEL425"
    units: ClassVar = {"field": "G"}
    drives = False

    def _open(self, visa_library):
        opened = super()._open(visa_library)
        opened.adapter.connection.read_termination = opened.adapter.connection.write_termination = "\n"
        return opened

    def prepare(self, most_t):
        self.put("unit", "G")
        self.put("range", most_t)

    def measured_tesla(self):
        return 1e-4 * self.get("field")


@pytest.fixture
def bench():
    opened = open_bench("nanoring")
    yield opened
    opened.close()


def of(driver, bench, role, **options):
    address = bench.roles[role][0]
    return driver(address, visa_library=bench.visa_library, clock=bench.clock, timeout=500, **options)


@pytest.fixture
def source(bench):
    opened = of(Source, bench, "source", max_amperes=2e-3)
    yield opened
    opened.close()


def test_an_instrument_of_pymeasure_drives_and_is_made_safe(bench, source):
    assert isinstance(source, CurrentSource)
    assert "6221" in source.identify()
    source.clear()
    source.source(1e-3, 10.0)
    assert bench.device("source").get("output")
    assert not source.isShutdown
    assert source.snapshot()["source_current"] == {"value": pytest.approx(1e-3), "unit": "A"}
    assert source.check_errors() == []
    for _ in range(2):
        source.shutdown()
    assert source.isShutdown
    assert not bench.device("source").get("output")


def test_its_own_limits_come_first_and_what_the_library_clips_is_noticed(bench, source):
    assert list(limits_of(Source)) == ["max_amperes"]
    with pytest.raises(LimitError, match="more than"):
        source.source(3e-3, 10.0)
    with pytest.raises(
        ReplyError, match=r"set to 1000000\.0 but reads back 105"
    ):  # PyMeasure clips in silence
        source.source(1e-3, 1e6)
    with pytest.raises(LimitError, match="finite"):
        source.put("source_current", float("nan"))
    assert not bench.device("source").get("output")


@pytest.mark.parametrize(
    ("fault", "error"),
    [("timeout", InstrumentTimeout), ("disconnect", DisconnectedError), ("garbage", ReplyError)],
)
def test_what_goes_wrong_has_a_name(bench, source, fault, error):
    bench.set_fault(f"source:{fault}")
    with pytest.raises(error, match="Source at"):
        source.get("source_current")


def test_a_probe_that_only_measures(bench):
    probe = of(Probe, bench, "gaussmeter_x")
    probe.identify()
    assert isinstance(probe, FieldProbe)
    assert abs(probe.measured_tesla()) < 1e-3
    probe.shutdown()
    probe.close()


def test_a_serial_line_is_set_on_the_connection_that_the_library_opened(bench, source):
    source.set_line({"read_termination": "\r\n"})
    assert source.inner.adapter.connection.read_termination == "\r\n"


def test_a_line_that_nobody_can_set_is_refused_and_the_instrument_closed():
    closed = []
    opened = SimpleNamespace(close=lambda: closed.append(True))
    with pytest.raises(SetupError, match="no serial line"):
        set_line(opened, SerialConfig(baud_rate=9600), "role 'lamp': lamp")
    assert closed


def test_another_instrument_is_refused(bench):
    probe = of(Probe, bench, "source")
    with pytest.raises(IdentityError, match="MODEL425"):
        probe.identify()
    probe.close()


def test_a_driver_that_drives_must_say_how_it_is_made_safe():
    class Careless(ForeignDriver):
        """Drives something, and says nothing."""

    with pytest.raises(SetupError, match="give it _make_safe"):
        Careless("GPIB0::1::INSTR")


# -- QCoDeS, where it is installed ---------------------------------------------------------------


def test_an_instrument_of_qcodes_on_a_simulated_bench(bench):
    library = pytest.importorskip("qcodes.instrument_drivers.Lakeshore", reason="QCoDeS is not installed")

    class Cold(QCoDeSDriver):
        instrument = library.LakeshoreModel335
        identity = "^LSCI,335,"
        options: ClassVar = {"terminator": "\n"}
        units: ClassVar = {"A.temperature": "K"}
        drives = False

        def measured_kelvin(self):
            return self.get("A.temperature")

    cold = of(Cold, bench, "thermometer")
    assert isinstance(cold, Thermometer)
    assert cold.identify().startswith("LSCI,335")
    cold.clear()
    assert cold.measured_kelvin() == pytest.approx(bench.conditions.temperature_k, abs=1e-2)
    assert cold.snapshot()["A.temperature"]["unit"] == "K"
    cold.close()


def test_a_dummy_instrument_of_qcodes_keeps_its_own_limits():
    library = pytest.importorskip(
        "qcodes.instrument_drivers.mock_instruments", reason="QCoDeS is not installed"
    )

    class Dac(QCoDeSDriver):
        instrument = library.DummyInstrument
        options: ClassVar = {"gates": ["dac1"]}
        visa = False
        units: ClassVar = {"dac1": "V"}

        def _make_safe(self):
            self.put("dac1", 0.0)

    first, second = Dac("dummy"), Dac("dummy")
    first.identify()
    first.clear()
    first.put("dac1", 1.5)
    assert (first.get("dac1"), second.get("dac1")) == (1.5, 0)
    with pytest.raises(LimitError, match="dac1"):
        first.put("dac1", 500.0)
    first.shutdown()
    assert first.snapshot() == {"dac1": {"value": 0.0, "unit": "V"}}
    for each in (first, second):
        each.close()


# -- ophyd, where it is installed ----------------------------------------------------------------


def test_a_device_of_ophyd():
    ophyd = pytest.importorskip("ophyd", reason="ophyd is not installed")
    sim = pytest.importorskip("ophyd.sim")

    class Supply(ophyd.Device):
        volts = ophyd.Component(ophyd.EpicsSignal, ":VOLTS")
        seen = ophyd.Component(ophyd.EpicsSignalRO, ":SEEN")

    class Output(OphydDriver):
        instrument = sim.make_fake_device(Supply)
        identity = "Supply"
        units: ClassVar = {"volts": "V"}

        def __init__(self, address, *, max_volts=1.0, **kwargs):
            self.most_volts = max_volts
            super().__init__(address, **kwargs)

        def _make_safe(self):
            self.put("volts", 0.0)

    output = Output("LAB:PSU1", max_volts=2.0)
    output.inner.volts.sim_put(0.0)
    assert output.identify() == "FakeSupply LAB:PSU1"
    output.put("volts", 1.25)
    assert output.get("volts") == 1.25
    with pytest.raises(ReplyError, match="no_such"):
        output.get("no_such")
    output.shutdown()
    assert output.snapshot() == {"volts": {"value": 0.0, "unit": "V"}}
    assert output.check_errors() == []
    output.close()
