"""What a wheel must hold (`.ci/run` builds one and looks into it)."""

import zipfile

from benchmarks.wheel import PACKAGE, missing, wanted


def test_what_is_absent_or_too_much_is_named(tmp_path):
    wheel = tmp_path / "a.whl"
    left_out = f"{PACKAGE}/py.typed"
    with zipfile.ZipFile(wheel, "w") as file:
        added = ("tests/test_it.py", f"{PACKAGE}/twin/moved_away.py", "nado_lab-0.1.0.dist-info/METADATA")
        for name in (*(wanted() - {left_out}), *added):
            file.writestr(name, "")
    assert missing(wheel) == [
        f"absent: {left_out}",
        f"too much: {PACKAGE}/twin/moved_away.py",
        "too much: tests/test_it.py",
    ]


def test_every_room_is_in_the_wheel_by_its_one_name():
    assert {name.split("/")[1] for name in wanted() if name.count("/") > 1} == {
        "lab",
        "twin",
        "network",
        "instruments",
        "protocols",
        "sim_backend",
    }
