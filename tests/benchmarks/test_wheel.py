"""What a wheel must hold (`.ci/run` builds one and looks into it)."""

import zipfile

from benchmarks.wheel import FILES, ROOT, missing


def test_the_tree_holds_what_the_wheel_must():
    assert [name for name in FILES if not (ROOT / name).is_file()] == []


def test_what_is_absent_or_too_much_is_named(tmp_path):
    wheel = tmp_path / "a.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        for name in (*FILES[1:], "tests/test_it.py", "nado_lab-0.1.0.dist-info/METADATA"):
            file.writestr(name, "")
    assert missing(wheel) == ["absent: lab/py.typed", "too much: tests"]
