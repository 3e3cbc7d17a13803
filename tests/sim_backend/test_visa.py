import threading

import pytest
import pyvisa
from nado_lab.sim_backend import SimulatedClock, open_bench
from nado_lab.sim_backend.visa import BenchVisaLibrary


class Echo:
    """Answers each message with itself, ``delay`` s later."""

    def __init__(self, clock, delay):
        self.clock, self.delay, self.output, self.ready_at = clock, delay, b"", 0.0

    def write(self, message):
        if message.startswith(b"BUG"):
            raise AttributeError("a bug inside the device")
        self.output, self.ready_at = message, self.clock.now() + self.delay

    def needs_world(self, message):
        return True

    def take(self, count):
        data, self.output = self.output[:count], self.output[count:]
        return data

    def clear(self):
        self.output = b""

    def stb(self):
        return 16 * bool(self.output)


class Quiet:
    def advance(self):
        pass


class ToyBench:
    def __init__(self, delay=0.0):
        self.clock, self.world = SimulatedClock(), Quiet()
        self.echo = Echo(self.clock, delay)

    def device_at(self, address):
        return self.echo if address == "GPIB0::3::INSTR" else None

    def addresses(self):
        return ["GPIB0::3::INSTR"]


def open_echo(bench, **options):
    manager = pyvisa.ResourceManager(BenchVisaLibrary.for_bench(bench))
    return manager.open_resource("GPIB0::3::INSTR", read_termination="\n", write_termination="\n", **options)


def test_reply_and_status_byte_and_clear():
    echo = open_echo(ToyBench())
    echo.write("hello")
    assert echo.read_stb() == 16
    assert echo.read() == "hello"
    echo.write("forgotten")
    echo.clear()
    assert echo.read_stb() == 0


def test_a_slow_reply_takes_bench_time_only():
    bench = ToyBench(delay=1.5)
    assert open_echo(bench, timeout=2000).query("hello") == "hello"
    assert bench.clock.now() == pytest.approx(1.5)


@pytest.mark.parametrize("delay", [3.0, None])
def test_a_reply_later_than_the_time_out_is_a_time_out(delay):
    bench = ToyBench(delay or 0.0)
    echo = open_echo(bench, timeout=2000)
    if delay:
        echo.write("hello")
    with pytest.raises(pyvisa.errors.VisaIOError, match="VI_ERROR_TMO"):
        echo.read()
    assert bench.clock.now() == pytest.approx(2.0)


def test_an_attribute_error_inside_a_device_is_not_a_silent_time_out():
    with pytest.raises(AttributeError, match="bug inside"):
        open_echo(ToyBench()).write("BUG")


def test_closing_one_instrument_leaves_the_others_open():
    bench = ToyBench()
    first, second = open_echo(bench), open_echo(bench)
    first.close()
    assert second.query("still here") == "still here"


def test_unknown_address_is_refused_and_known_ones_are_listed():
    manager = pyvisa.ResourceManager(BenchVisaLibrary.for_bench(ToyBench()))
    with pytest.raises(pyvisa.errors.VisaIOError):
        manager.open_resource("GPIB0::9::INSTR")
    assert manager.list_resources() == ("GPIB0::3::INSTR",)


def test_a_large_block_is_read_fast_and_whole():
    bench = ToyBench()
    echo = open_echo(bench, chunk_size=1 << 20)
    echo.read_termination = None
    bench.echo.output = bytes(range(256)) * 16384
    assert echo.read_bytes(4 << 20) == bytes(range(256)) * 16384


def test_two_benches_do_not_share_a_library():
    one, two = open_bench("nanoring"), open_bench("nanoring")
    assert one.visa_library is not two.visa_library
    one.close()
    two.close()


def test_threads_on_different_sessions_get_their_own_replies():
    bench = open_bench("nanoring")
    manager = pyvisa.ResourceManager(bench.visa_library)
    wrong = []

    def talk(address, word):
        device = manager.open_resource(address, read_termination="\n", write_termination="\n")
        wrong.extend(reply for _ in range(200) if word not in (reply := device.query("*IDN?")))

    addresses = [("GPIB99::6::INSTR", "KEPCO"), ("GPIB99::12::INSTR", "6221")]
    threads = [threading.Thread(target=talk, args=pair) for pair in addresses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
