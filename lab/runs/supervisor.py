"""The process with the last word: if the program that drives a bench dies or hangs, make the bench safe.

It is started beside the program (see `guard.py`) and spoken to in lines on its standard input: first
the bench as JSON, then `beat SECONDS` (since the measuring thread was last heard of), `stop`, or `done`.
Silence, a closed pipe, a measuring thread not heard of for too long, or `stop`: it opens connections of
its own, takes every output to zero within its slew limit, and says so on its standard output.
"""

import contextlib
import json
import queue
import signal
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
from nado_lab.instruments import WallClock
from nado_lab.instruments.drivers import driver_class
from nado_lab.instruments.setups.open_roles import set_line
from nado_lab.lab.runs.watched_bench import WatchedBench

_END = ""


def main(arguments: list[str]) -> int:
    """Watch over the program given by its process id until it says `done`."""
    program, heartbeat_s, hang_s = int(arguments[0]), float(arguments[1]), float(arguments[2])
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):  # the program decides; its end is noticed anyhow
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    bench = WatchedBench.model_validate_json(sys.stdin.readline())
    for role in bench.roles.values():
        driver_class(role.driver)  # imported now, when there is time
    _say({"ready": True})
    reason = watch(_lines(), heartbeat_s, hang_s)
    if not reason:
        return 0
    failures = make_safe(bench)
    if failures and psutil.pid_exists(program):  # an instrument of one connection: free its address
        with contextlib.suppress(psutil.Error):
            psutil.Process(program).kill()
        failures = make_safe(bench)
    _say({"acted": reason, "failures": failures})
    _shut_down_together(bench, bench.readers)  # none of them leaves anything on: no failure to tell
    return 0


def watch(lines: "queue.Queue[str]", heartbeat_s: float, hang_s: float) -> str:
    """Wait until something is wrong and say what; give nothing after `done`."""
    while True:
        try:
            word, _, number = lines.get(timeout=heartbeat_s).partition(" ")
        except queue.Empty:
            return f"the program gave no sign of life for {heartbeat_s:g} s"
        if word == _END:
            return "the program died"
        if word == "done":
            return ""
        if word == "stop":
            return "told to stop"
        if word == "beat" and float(number) > hang_s:
            return f"the measurement gave no sign of life for {float(number):.0f} s"


def make_safe(bench: WatchedBench) -> list[str]:
    """Shut down whatever drives something, over connections of its own; give what failed, one line each.

    The family says in which order; the instruments of a group go together.
    """
    return [line for group in bench.taken_down for line in _shut_down_together(bench, group)]


def _shut_down_together(bench: WatchedBench, names: list[str]) -> list[str]:
    with ThreadPoolExecutor(max(len(names), 1)) as pool:
        return [line for line in pool.map(lambda name: _shut_down(bench, name), names) if line]


def _shut_down(bench: WatchedBench, name: str) -> str:
    role = bench.roles[name]
    try:
        driver: Any = driver_class(role.driver)(
            role.address,
            visa_library=bench.visa_library,
            timeout=int(min(role.timeout_s, 2.0) * 1000),
            clock=WallClock(),
            **role.limits,
        )
        set_line(driver, role.serial, role.driver)
        try:
            driver.shutdown()
        finally:
            driver.close()
    except Exception as error:  # noqa: BLE001  (the other instruments must still be made safe)
        return f"{name}: {error}"
    return ""


def _lines() -> "queue.Queue[str]":
    """Read standard input in a thread of its own; its end is the empty line."""
    found: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in sys.stdin:
            found.put(line.strip())
        found.put(_END)

    threading.Thread(target=read, daemon=True).start()
    return found


def _say(message: Mapping[str, object]) -> None:
    with contextlib.suppress(OSError):  # nobody may be left to listen
        print(json.dumps(message), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
