import pytest
from hypothesis import given
from hypothesis import strategies as st
from nado_lab.sim_backend.clock import SimulatedClock
from nado_lab.sim_backend.scpi import (
    Arrivals,
    ScpiDevice,
    ScpiError,
    Unterminated,
    boolean,
    choice,
    command,
    indexed,
    make_block,
    number,
    number_of,
    numeral,
    read_block,
    row,
    split_outside,
)


class Toy(ScpiDevice):
    identity = "MAKER,TOY,1,2"
    settings = (
        number("[SOURce#:]VOLTage[:LEVel]", "volts", 1.0, -5, 5),
        number("[SOURce#:]VOLTage:RANGe:UPPer", "upper", 1.0, 0, 10),
        boolean("[SOURce#:]VOLTage:RANGe:AUTO", "auto"),
        choice("FUNCtion", "function", "SIN", "SINusoid SQUare ARBitrary"),
    )

    def __init__(self):
        super().__init__(SimulatedClock())
        self.blocks = []
        self.done_at = 0.0

    @command("DATA:LOAD")
    def _load(self, name: bytes, block: bytes) -> None:
        self.blocks.append((name, read_block(block)))

    def busy_until(self) -> float:
        return self.done_at


def ask(device: ScpiDevice, message: bytes) -> bytes:
    device.write(message)
    return device.take(10_000)


@pytest.mark.parametrize(
    "spelling", [b"VOLT 2", b":SOUR1:VOLT:LEV 2", b"source1:voltage 2\r\n", b"VOLTAGE 2000 mV"]
)
def test_short_long_and_optional_headers_mean_the_same(spelling):
    toy = Toy()
    toy.write(spelling)
    assert float(ask(toy, b"SOUR1:VOLTage?")) == 2.0
    assert float(ask(toy, b"SOUR2:VOLTage?")) == 1.0


def test_neither_shortened_nor_overlong_headers_are_accepted():
    toy = Toy()
    toy.write(b"VOLTA 2")
    assert ask(toy, b"SYST:ERR?").startswith(b"-113")


def test_compound_message_goes_on_from_the_last_node():
    toy = Toy()
    toy.write(b":SOUR1:VOLT:RANG:AUTO 0;UPP 7;:FUNC ARB")
    assert float(ask(toy, b"VOLT:RANG:UPP?")) == 7
    assert ask(toy, b"FUNC?;:VOLT:RANG:AUTO?") == b"ARB;0\n"
    toy.write(b"VOLT:RANG:AUTO 1;VOLT 2")
    assert ask(toy, b"SYST:ERR?").startswith(b"-113")


@pytest.mark.parametrize(
    ("message", "code"),
    [(b"VOLT 9", -222), (b"VOLT fish", -104), (b"VOLT 1 Hours", -131), (b"VOLT", -109), (b"FUNC TRI", -224),
     (b"*IDN? 3", -108), (b"DATA:LOAD a,#15abc", -161)],
)  # fmt: skip
def test_refusals_enter_the_error_queue_and_leave_settings_alone(message, code):
    toy = Toy()
    toy.write(message)
    assert float(ask(toy, b"VOLT?")) == 1.0
    assert int(ask(toy, b"SYST:ERR?").split(b",")[0]) == code
    assert ask(toy, b"SYST:ERR?") == b'+0,"No error"\n'


@given(st.binary(max_size=300), st.binary(max_size=40))
def test_blocks_of_any_bytes_survive_parsing(data, second):
    toy = Toy()
    toy.write(b"DATA:LOAD first," + make_block(data) + b";LOAD other," + make_block(second) + b"\r\n")
    assert toy.blocks == [(b"first", data), (b"other", second)]


@given(st.lists(st.binary(max_size=50), max_size=5), st.integers(1, 7))
def test_a_byte_stream_is_cut_at_newlines_outside_blocks(blocks, size):
    messages = [b"DATA:LOAD x," + make_block(block) for block in blocks]
    stream = b"".join(message + b"\n" for message in messages)
    arrivals, found = Arrivals(), []
    for at in range(0, len(stream), size):
        found += arrivals.feed(stream[at : at + size])
    assert found == messages


def test_separators_inside_quotes_lists_and_blocks_do_not_split():
    assert split_outside(b'a "x,y",(@1,2),#13,,,,b', b",") == [b'a "x,y"', b"(@1,2)", b"#13,,,", b"b"]


@pytest.mark.parametrize(
    ("text", "value"), [(b"10 mV", 0.01), (b"2.5E3", 2500), (b"1 MHZ", 1e6), (b"-3 KHZ", -3e3)]
)
def test_numbers_know_their_units(text, value):
    assert number_of(text) == pytest.approx(value)


def test_operation_complete_waits_for_the_bench_time():
    toy = Toy()
    toy.done_at = 4.0
    toy.write(b"*CLS;*OPC")
    assert ask(toy, b"*ESR?") == b"0\n"
    toy.clock.advance(5.0)
    assert ask(toy, b"*ESR?") == b"1\n"


def test_status_byte_shows_errors_events_and_requests():
    toy = Toy()
    toy.write(b"*ESE 32;*SRE 32;NONSENSE")
    assert toy.stb() == 4 + 32 + 64


def test_an_unread_reply_is_lost_with_error_410():
    toy = Toy()
    toy.write(b"*IDN?")
    assert ask(toy, b"VOLT?") != b"MAKER,TOY,1,2\n"
    assert ask(toy, b"SYST:ERR?").startswith(b"-410")


def test_error_queue_overflow_is_reported_in_its_last_entry():
    toy = Toy()
    for _ in range(30):
        toy.write(b"NONSENSE")
    entries = [ask(toy, b"SYST:ERR?") for _ in range(21)]
    assert entries[19].startswith(b"-350")
    assert entries[20].startswith(b"+0")


def test_read_block_refuses_what_is_too_short():
    with pytest.raises(ScpiError):
        read_block(b"#2991")


class Whole(ScpiDevice):
    """A device with what real dialects have beside words and numbers."""

    terminator = b"\r\n"
    settings = (
        indexed(number("AUX", "aux", 0.0, -10, 10, "{:g}".format), "1", "2"),
        numeral("IVMD", "input", 0, "VOLTage CURRent"),
        row("PID", "pid", "1,2,3", "1"),
        number("LEVel[:IMMediate][:AMPLitude]", "level", 1.0, 0.0, 5.0, "{:g}".format),
    )

    @command("BLOCk?")
    def _block(self) -> bytes:
        return Unterminated(make_block(b"abc", 6))


@pytest.mark.parametrize(
    ("sent", "got"),
    [
        (b"LEV 2;LEV ?", b"2\r\n"),
        (b"LEV:IMM:AMPL 3;:LEV?", b"3\r\n"),
        (b"LEV? MAX", b"5\r\n"),
        (b"IVMD CURR;IVMD?", b"1\r\n"),
        (b"IVMD 1;IVMD?", b"1\r\n"),
        (b"AUX 2, 1.5;AUX? 2;AUX? 1", b"1.5;0\r\n"),
        (b"PID 1,5,6,7;PID? 1", b"5,6,7\r\n"),
        (b"BLOC?", b"#6000003abc"),
    ],
)
def test_a_dialect_is_whole(sent, got):
    device = Whole(SimulatedClock())
    device.write(sent)
    assert not device.error_queue
    assert device.take(100) == got


def test_what_is_refused_is_kept_once_by_its_header():
    device = Whole(SimulatedClock())
    for sent in (b"TOAST 1", b"TOAST 2", b"AUX 3,1", b"PID 1,2", b"LEV 1,2"):
        device.write(sent)
    assert list(device.refused) == ["TOAST", "AUX", "PID", "LEV"]
    assert len(device.error_queue) == 5
