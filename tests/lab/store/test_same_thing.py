"""One instrument, or one run, has one owner, however it is spelt; old locks go."""

import os
import time

import pytest
from nado_lab.lab.store import StoreError, ownership
from nado_lab.lab.store.ownership import Ownership, run_ownership
from nado_lab.lab.store.same_thing import same_address, same_place


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("USB0::0x05E6::0x2450::04096331::INSTR", "usb::1510::9296::04096331"),
        ("GPIB0::5::INSTR", "GPIB::05"),
        ("ASRL3::INSTR", "COM3"),
        ("TCPIP0::10.0.0.2::inst0::INSTR", "TCPIP::10.0.0.2"),
        ("TCPIP0::Magnet.local::5025::SOCKET", "tcpip::magnet.LOCAL::5025::socket"),
    ],
)
def test_two_spellings_of_one_instrument(one, other):
    assert same_address(one) == same_address(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("USB0::0x05E6::0x2450::04096331::INSTR", "USB0::0x05E6::0x2450::4096331::INSTR"),
        ("GPIB0::5::INSTR", "GPIB1::5::INSTR"),
        ("TCPIP0::10.0.0.2::5025::SOCKET", "TCPIP0::10.0.0.2::5026::SOCKET"),
        ("Dev1/ai0", "Dev1/ai1"),
    ],
)
def test_two_instruments_stay_two(one, other):
    assert same_address(one) != same_address(other)


def test_the_second_spelling_has_no_second_owner(tmp_path, monkeypatch):
    monkeypatch.setattr(ownership, "_folder", lambda: tmp_path)
    first = Ownership("instrument", "USB0::0x05E6::0x2450::1::INSTR").take()
    with pytest.raises(StoreError, match="in use"):
        Ownership("instrument", "USB::1510::9296::1").take()
    first.release()
    run = run_ownership(tmp_path / "run").take()
    with pytest.raises(StoreError, match="in use"):
        run_ownership((tmp_path / "run").as_uri()).take()
    run.release()
    assert same_place("s3://bucket/run/") == same_place("s3://bucket/run")


def test_locks_that_nobody_has_held_for_a_day_are_swept(tmp_path, monkeypatch):
    monkeypatch.setattr(ownership, "_folder", lambda: tmp_path)
    held, old = run_ownership("held").take(), run_ownership("old").take()
    old.release()
    long_ago = time.time() - 2 * ownership._OLD_S
    for note in tmp_path.glob("*.json"):
        os.utime(note, (long_ago, long_ago))
    ownership._sweep_once.cache_clear()
    new = run_ownership("new").take()
    assert len(list(tmp_path.glob("*.json"))) == 2
    assert held.is_taken()
    new.release()
    held.release()
