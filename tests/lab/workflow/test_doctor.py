"""What `nado doctor` finds here, and that no look of it can end it."""

from nado_lab.lab.workflow import doctor
from nado_lab.lab.workflow.doctor import Finding, Verdict, examine


def test_everything_is_looked_at(tmp_path):
    found = {each.what: each for each in examine(tmp_path)}
    assert {"Python", "packages", "VISA in Python", "GPU", "display", "disk", "locks"} <= set(found)
    assert found["packages"].verdict is Verdict.OK
    assert "GiB free" in found["disk"].seen


def test_a_look_that_fails_is_a_finding(tmp_path, monkeypatch):
    def _visa():
        raise OSError("libvisa.so is damaged")

    monkeypatch.setattr(doctor, "_visa", _visa)
    found = list(examine(tmp_path))
    assert Finding("visa", Verdict.LOOK, "OSError: libvisa.so is damaged") in found
    assert found[-1].what == "locks"


def test_what_is_not_installed_says_how(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "PACKAGES", ("numpy", "no-such-package"))
    found = {each.what: each for each in examine(tmp_path)}
    assert found["packages"].verdict is Verdict.MISSING
    assert found["packages"].todo == "pip install no-such-package"
