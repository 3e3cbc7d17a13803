"""A fit that was stopped goes on to the very weights of one that was not."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from nado_lab.twin import (
    Checkpointer,
    FileError,
    FitSettings,
    ModelSizes,
    StoppedError,
    TwinError,
    fit,
    read_unfinished,
)
from safetensors.torch import load_file, save_file

SMALL = ModelSizes(hidden=3, width=8, sources=0)
METHODS = {
    "score": {"mean_steps": 25, "score_steps": 25},
    "gan": {"mean_steps": 5, "adversarial_steps": 25},
}


def settings_of(method, **changes):
    given = {"method": method, "members": 2, "batch": 8, "model": SMALL}
    return FitSettings(**(given | METHODS[method] | changes))


@pytest.fixture
def stopped_at(make_recorder):
    def stopped_at(path, trials, settings, step, found=None, **more):
        """Go on for `step` steps, then stop; return what was saved."""
        asked = iter(range(step))
        observer = make_recorder(lambda: next(asked, None) is None)
        with pytest.raises(StoppedError, match="--resume"):
            fit(trials, settings, observer, checkpointer=Checkpointer(path, found), **more)
        return read_unfinished(path)

    return stopped_at


def go_on(path, trials):
    found = read_unfinished(path)
    return fit(trials, found.settings, checkpointer=Checkpointer(path, found))


def same(one, two):
    return all(torch.equal(a, two.state_dict()[name]) for name, a in one.state_dict().items())


@pytest.mark.parametrize(
    ("method", "changes", "steps"),
    [
        ("score", {}, (7, 20, 8)),
        ("score", {"model": replace(SMALL, innovations=True), "likelihood_steps": 15}, (7, 20, 24)),
        ("gan", {}, (3, 11)),
    ],
)
def test_stopped_and_resumed_is_as_never_stopped(make_process, stopped_at, tmp_path, method, changes, steps):
    trials, settings = make_process(20, steps=7), settings_of(method, **changes)
    whole, found, path = fit(trials, settings), None, tmp_path / "a.twin.fitting"
    for step in steps:
        found = stopped_at(path, trials, settings, step, found)
    torch.manual_seed(99)
    assert same(fit(trials, found.settings, checkpointer=Checkpointer(path, found)), whole)


def test_a_fit_from_a_twin_goes_on_too(make_process, stopped_at, tmp_path):
    trials, settings = make_process(20, steps=5), settings_of("score")
    first = fit(trials, settings_of("score", seed=5))
    whole = fit(trials, settings, start=first)
    found = stopped_at(tmp_path / "a", trials, settings, 12, start=first)
    assert same(fit(trials, settings, checkpointer=Checkpointer(tmp_path / "a", found)), whole)


def test_a_crash_between_two_steps_leaves_what_was_saved(make_process, recorder, tmp_path):
    trials, settings = make_process(20, steps=5), settings_of("score")
    checks = iter([True, True])

    def dies(progress):
        if next(checks, None) is None:
            raise RuntimeError("power cut")

    recorder.progress = dies
    with pytest.raises(RuntimeError, match="power cut"):
        fit(trials, settings, recorder, checkpointer=Checkpointer(tmp_path / "a", every_s=0.0))
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    again = fit(trials, settings, checkpointer=Checkpointer(tmp_path / "a", read_unfinished(tmp_path / "a")))
    assert same(again, fit(trials, settings))


def test_other_trials_and_settings_are_refused(make_process, stopped_at, tmp_path):
    trials, settings = make_process(20, steps=5), settings_of("score")
    found = stopped_at(tmp_path / "a", trials, settings, 3)
    with pytest.raises(TwinError, match="other trials"):
        fit(make_process(20, steps=5, seed=1), settings, checkpointer=Checkpointer(tmp_path / "a", found))
    with pytest.raises(TwinError, match="other settings"):
        fit(trials, settings_of("score", seed=1), checkpointer=Checkpointer(tmp_path / "a", found))


def test_what_is_no_unfinished_fit_is_refused(make_process, stopped_at, tmp_path):
    path = tmp_path / "a"
    with pytest.raises(FileError, match="no unfinished fit"):
        read_unfinished(path)
    trials, settings = make_process(20, steps=5), settings_of("score")
    found = stopped_at(path, trials, settings, 3)
    whole = path.read_bytes()
    for keep in (0, 7, 300, len(whole) - 1):
        path.write_bytes(whole[:keep])
        with pytest.raises(FileError):
            read_unfinished(path)
    for change in ({"phase": 9}, {"model": {"ports": 10**9}}, {"descent": {}}, {"settings": {"evil": 1}}):
        save_file(found.tensors, path, metadata={"nado": json.dumps(found.notes | change)})
        with pytest.raises(TwinError):
            go_on(path, trials)
    path.write_bytes(whole)
    fewer = load_file(path)
    fewer.pop("random/phase")
    save_file(fewer, path, metadata={"nado": json.dumps(found.notes)})
    with pytest.raises(FileError, match="random/phase"):
        fit(trials, settings, checkpointer=Checkpointer(path, read_unfinished(path)))


def test_a_full_disk_ends_no_fit_and_a_stop_says_that_nothing_was_kept(
    tmp_path, make_recorder, make_process, monkeypatch, caplog
):
    def full(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    trials, settings = make_process(20, steps=7), settings_of("score")
    with caplog.at_level("WARNING"):
        fit(trials, settings, checkpointer=Checkpointer(tmp_path / "a.unfinished", every_s=0.0))
    assert "a.unfinished cannot be written (No space left on device); the fit goes on" in caplog.text
    with pytest.raises(StoppedError, match=r"No space left on device\): nothing of it was kept"):
        fit(
            trials,
            settings,
            make_recorder(lambda: True),
            checkpointer=Checkpointer(tmp_path / "b.unfinished"),
        )
