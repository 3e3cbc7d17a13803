"""QCoDeS's, SRS's and Lake Shore's own drivers against served instruments; run by a Python that has them.

    python other_drivers.py '{"SR830": "TCPIP0::127.0.0.1::5000::SOCKET", ...}'

One line of JSON a call: peer, instrument, name, outcome, detail. It imports nothing of NADO-Lab.
"""

import json
import math
import sys
import time
import warnings

warnings.simplefilter("ignore")
TIMEOUT_S = 1.0
QCODES = {
    "SR830": ("qcodes.instrument_drivers.stanford_research", "SR830", {"terminator": "\n"}),
    "SR860": ("qcodes.instrument_drivers.stanford_research", "SR860", {}),
    "33500": ("qcodes.instrument_drivers.Keysight", "Keysight33522B", {}),
    "335": ("qcodes.instrument_drivers.Lakeshore", "LakeshoreModel335", {}),
    "8257D": ("qcodes.instrument_drivers.agilent", "AgilentE8257D", {}),
    "DMM6500": ("qcodes.instrument_drivers.Keithley", "Keithley6500", {}),
    "2600": ("qcodes.instrument_drivers.Keithley", "Keithley2636B", {}),
}
NOT_TRIED = (
    "ch1_databuffer",
    "ch2_databuffer",
    "data_buffer",
    "blocking_t",
    "trace",
    "complex_voltage",
    "buffer.",
    "fastsweep",
    "timetrace",
    "time_axis",
)
SETS_NOTHING = ("IDN", "timeout")
ASKS_TO_SET = {("DMM6500", "digits")}
"""QCoDeS 0.58 sends ``DISP:VOLT:DC:DIG? 6`` to set it, and reads the answer to that later as another's."""
REASONS = {
    ("SR830", "output_interface"): "QCoDeS expects a newline in the reply, which a terminator takes away",
    ("335", "A.range ="): "QCoDeS cannot set what it reads",
    ("335", "B.range ="): "QCoDeS cannot set what it reads",
    ("335", "get_service_request()"): "lakeshore 1.10 has no register class there",
}
COMPONENTS = "ref signal output aux display chart fft scan data capture stream system interface status"


def tell(peer, instrument, name, action, expect=None):
    """Call ``action`` and print how it went; return its answer and whether it worked."""
    try:
        answer, detail, outcome = action(), "", "works"
    except Exception as error:  # noqa: BLE001  (whatever it raises is what is measured)
        answer, detail = None, f"{type(error).__name__}: {error}"
        late = "timeout" in detail.lower() or "timed out" in detail.lower() or "VI_ERROR_TMO" in detail
        outcome = "timed out" if late else "wrong value"
    if outcome == "works" and expect is not None and not same(answer, expect):
        outcome, detail = "wrong value", f"{expect!r} was set, {answer!r} is read"
    line = {"peer": peer, "instrument": instrument, "name": name, "outcome": outcome, "detail": detail[:200]}
    line["reason"] = REASONS.get((instrument, name), "") if outcome != "works" else ""
    print(json.dumps(line), flush=True)
    return answer, outcome == "works"


def same(found, wanted):
    """Tell whether a value reads back as what was set."""
    try:
        return math.isclose(float(found), float(wanted), rel_tol=2e-3, abs_tol=1e-9)
    except (TypeError, ValueError):
        return str(found) == str(wanted)


def parameters(module, prefix=""):
    """Give the parameters of a QCoDeS instrument and of its submodules."""
    for name, parameter in module.parameters.items():
        yield prefix + name, parameter
    for name, part in {**module.submodules, **getattr(module, "instrument_modules", {})}.items():
        if hasattr(part, "parameters"):
            yield from parameters(part, f"{prefix}{name}.")


def qcodes(instrument, address):
    """Construct QCoDeS's driver, read every parameter, set it to what it reads, read it again."""
    module, class_name, options = QCODES[instrument]
    kind = getattr(__import__(module, fromlist=[class_name]), class_name)
    made, ok = tell(
        "QCoDeS",
        instrument,
        "constructor",
        lambda: kind(f"peer_{instrument}", address, visalib="@py", timeout=TIMEOUT_S, **options),
    )
    if not ok:
        return
    seen = set()
    for name, parameter in parameters(made):
        if name in seen or any(word in name for word in NOT_TRIED) or name in SETS_NOTHING:
            continue
        seen.add(name)
        if not getattr(parameter, "gettable", False):
            continue
        value, reads = tell("QCoDeS", instrument, name, parameter.get)
        if (instrument, name) in ASKS_TO_SET:
            continue
        if reads and getattr(parameter, "settable", False) and isinstance(value, int | float | str):
            _, sets = tell("QCoDeS", instrument, f"{name} =", lambda p=parameter, v=value: p.set(v))
            if sets:
                tell("QCoDeS", instrument, f"{name} after =", parameter.get, expect=value)
    made.close()


def srs(address):
    """Read everything that SRS's own package can read of an SR860, and set single values to what they are."""
    import pyvisa
    from srsinst.sr860 import SR860
    from srsinst.sr860.instruments.visainterface import VisaInterface

    manager = pyvisa.ResourceManager("@py")
    plain = manager.open_resource

    def open_line(name):
        return plain(name, read_termination="\n", write_termination="\n", timeout=1000 * TIMEOUT_S)

    manager.open_resource = open_line
    VisaInterface.rm = manager
    made = SR860()
    _, ok = tell("SRS", "SR860", "connect", lambda: made.connect("visa", address))
    if not ok:
        return
    tell("SRS", "SR860", "check_id", made.check_id)
    tell("SRS", "SR860", "get_status", made.get_status)
    for name in COMPONENTS.split():
        part = getattr(made, name)
        _commands("SRS", f"{name}.", part)
    tell("SRS", "SR860", "disconnect", made.disconnect)


def _commands(peer, prefix, part):
    from srsgui.inst.commands import Command
    from srsgui.inst.indexcommands import IndexCommand

    for name in dir(type(part)):
        command = vars(type(part)).get(name)
        if isinstance(command, Command):
            _command(peer, prefix + name, part, name, command)
    for name, command in list(vars(part).items()):
        if isinstance(command, IndexCommand):
            key = command.index_min if not command.index_dict else next(iter(command.index_dict))
            tell(peer, "SR860", f"{prefix}{name}[]", lambda c=command, k=key: c[k])


def _command(peer, key, part, name, command):
    if not getattr(command, "_get_enable", True):
        return
    value, reads = tell(peer, "SR860", key, lambda: getattr(part, name))
    if reads and getattr(command, "_set_enable", True) and isinstance(value, int | float | str):
        tell(peer, "SR860", f"{key} =", lambda: setattr(part, name, value))


def lake_shore(addresses):
    """Connect Lake Shore's own package to a 425 and a 335 and read both."""
    from lakeshore import Model335, Model425

    def at(kind, address):
        host, port = address.split("::")[1:3]
        return kind(ip_address=host, tcp_port=int(port), timeout=TIMEOUT_S)

    meter, ok = tell("Lake Shore", "425", "connect", lambda: Model425(**_connection(addresses["425"])))
    if ok:
        for query in ("*IDN?", "RDGFIELD?", "UNIT?", "RANGE?", "RDGMODE?", "AUTO?", "TYPE?", "OPST?"):
            tell("Lake Shore", "425", query, lambda q=query: meter.query(q))
    controller, ok = tell("Lake Shore", "335", "connect", lambda: _model_335(Model335, addresses["335"]))
    if not ok:
        return
    for name, arguments in (
        ("get_all_kelvin_reading", ()),
        ("get_celsius_reading", ("A",)),
        ("get_kelvin_reading", ("A",)),
        ("get_sensor_reading", ("A",)),
        ("get_input_reading_status", ("A",)),
        ("get_heater_pid", (1,)),
        ("get_heater_output", (1,)),
        ("get_heater_status", (1,)),
        ("get_setpoint_ramp_parameter", (1,)),
        ("get_setpoint_ramp_status", (1,)),
        ("get_control_setpoint", (1,)),
        ("get_manual_output", (1,)),
        ("get_temperature_limit", ("A",)),
        ("get_filter", ("A",)),
        ("get_sensor_name", ("A",)),
        ("get_min_max_data", ("A",)),
        ("get_self_test", ()),
        ("get_service_request", ()),
        ("get_standard_event_enable_mask", ()),
        ("get_brightness", ()),
        ("get_remote_interface_mode", ()),
        ("get_led_state", ()),
        ("get_ieee_488", ()),
        ("get_keypad_lock", ()),
        ("get_diode_excitation_current", ("A",)),
        ("get_input_curve", ("A",)),
        ("get_analog_output_percentage", (1,)),
        ("clear_interface_command", ()),
    ):
        if hasattr(controller, name):
            tell("Lake Shore", "335", f"{name}()", lambda n=name, a=arguments: getattr(controller, n)(*a))


def _connection(address):
    host, port = address.split("::")[1:3]
    return {"ip_address": host, "tcp_port": int(port), "timeout": TIMEOUT_S}


class _Line:
    """A connection of one's own, as lakeshore takes it: write, query, clear."""

    def __init__(self, address):
        import socket

        host, port = address.split("::")[1:3]
        self.socket = socket.create_connection((host, int(port)), timeout=TIMEOUT_S)

    def write(self, text):
        self.socket.sendall(text.encode() + b"\n")

    def query(self, text):
        self.write(text)
        reply = b""
        while not reply.endswith(b"\r\n"):
            reply += self.socket.recv(4096)
        return reply.decode().strip()

    def clear(self):
        pass


def _model_335(kind, address):
    try:
        return kind(57600, **_connection(address))
    except TypeError:
        return kind(57600, connection=_Line(address))


def main():
    addresses = json.loads(sys.argv[1])
    for instrument in QCODES:
        try:
            qcodes(instrument, addresses[instrument])
        except ImportError as error:
            print(json.dumps({"left_out": f"QCoDeS {instrument}: {error}"}), flush=True)
    for peer, action in (
        ("SRS", lambda: srs(addresses["SR860"])),
        ("Lake Shore", lambda: lake_shore(addresses)),
    ):
        try:
            action()
        except ImportError as error:
            print(json.dumps({"left_out": f"{peer}: {error}"}), flush=True)
    time.sleep(0.1)


if __name__ == "__main__":
    main()
