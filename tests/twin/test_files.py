"""Twin files: what goes in comes out, and nothing else comes in."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from twin import FileError, load, save


@pytest.fixture
def saved(make_twin, tmp_path):
    return save(make_twin(), tmp_path / "a.twin")


def edit_card(path, change):
    card = json.loads((path / "card.json").read_text())
    change(card)
    (path / "card.json").write_text(json.dumps(card))


def test_round_trip_answers_the_same(make_twin, tmp_path):
    twin = make_twin()
    twin.card["lineage"] = ["run-1"]
    drive = torch.rand(3, 5, 1)
    again = load(save(twin, tmp_path / "a.twin"))
    assert torch.equal(
        twin.respond(drive, generator=torch.Generator().manual_seed(1)),
        again.respond(drive, generator=torch.Generator().manual_seed(1)),
    )
    assert (again.spec, again.channels, again.card["lineage"]) == (twin.spec, twin.channels, ["run-1"])


def test_existing_path_is_refused_and_untouched(saved, make_twin):
    before = (saved / "weights.safetensors").read_bytes()
    with pytest.raises(FileError, match="exists"):
        save(make_twin(1), saved)
    assert (saved / "weights.safetensors").read_bytes() == before
    assert [p.name for p in saved.parent.iterdir()] == ["a.twin"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.update(schema="other/9"), "schema"),
        (lambda c: c["model"].update(width=10**9), "width"),
        (lambda c: c["model"].update(hidden=-1), "hidden"),
        (lambda c: c["model"].update(evil=1), "evil"),
        (lambda c: c.update(channels=["a"]), "channels"),
        (lambda c: c.update(step_s=-1), "step_s"),
        (lambda c: c.pop("model"), "model"),
        (lambda c: c["model"].update(width=9), "should be"),
        (lambda c: c["model"].update(solver="no_such"), "solver"),
    ],
)
def test_a_card_that_lies_is_refused(saved, change, message):
    edit_card(saved, change)
    with pytest.raises(FileError, match=message):
        load(saved)


@pytest.mark.parametrize("keep", [0, 7, 100, -1])
@pytest.mark.parametrize("name", ["weights.safetensors", "card.json"])
def test_a_truncated_file_is_refused(saved, name, keep):
    content = (saved / name).read_bytes()
    (saved / name).write_bytes(content[:keep])
    with pytest.raises(FileError):
        load(saved)


def test_weights_that_are_not_finite_are_refused(saved):
    weights = load_file(saved / "weights.safetensors")
    weights["initial"][0] = float("nan")
    save_file(weights, saved / "weights.safetensors")
    with pytest.raises(FileError, match="initial holds values that are not finite"):
        load(saved)


def test_weights_of_another_model_are_refused(saved):
    weights = load_file(saved / "weights.safetensors")
    weights["extra"] = torch.zeros(1)
    save_file(weights, saved / "weights.safetensors")
    with pytest.raises(FileError, match="extra"):
        load(saved)


def test_a_pickle_is_not_opened(saved):
    torch.save({"initial": torch.zeros(2)}, saved / "weights.safetensors")
    with pytest.raises(FileError, match="safetensors"):
        load(saved)


def test_a_path_without_a_twin_says_so(tmp_path):
    with pytest.raises(FileError, match="is not a twin"):
        load(tmp_path / "nothing")
