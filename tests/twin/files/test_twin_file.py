"""Twin files: what goes in comes out, and nothing else comes in."""

import errno
import json
import os
import shutil
import stat

import pytest
import torch
from nado_lab.port import Port
from nado_lab.twin import FileError, TwinCard, load, save
from nado_lab.twin.files.tensors import save_file as save_whole
from safetensors.torch import load_file, save_file


@pytest.fixture
def saved(make_twin, tmp_path):
    return save(make_twin(), tmp_path / "a.twin")


def edit_card(path, change):
    card = json.loads((path / "card.json").read_text())
    change(card)
    (path / "card.json").write_text(json.dumps(card))


def test_round_trip_answers_the_same(make_twin, tmp_path):
    twin = make_twin()
    twin.card = TwinCard(lineage=("run-1",))
    drive = torch.rand(3, 5, 1)
    again = load(save(twin, tmp_path / "a.twin"))
    assert torch.equal(
        twin.respond(drive, generator=torch.Generator().manual_seed(1)),
        again.respond(drive, generator=torch.Generator().manual_seed(1)),
    )
    assert (again.spec, again.channels, again.card.lineage) == (twin.spec, twin.channels, ("run-1",))


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
        (lambda c: c.update(step_s=10**400), "too large"),
        (lambda c: c.update(ports=[{"name": "a", "unit": "T", "low": -1e308, "high": 1e308}]), "ports"),
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


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.update(channels="ab"), "channels: expected a list"),
        (lambda c: c.update(channels=[["a"], "b"]), "channels.0: expected text"),
        (lambda c: c.update(runs=[{"path": "/etc/passwd"}]), "runs.0: expected text"),
        (lambda c: c.update(fit="rm -r"), "fit: expected a table"),
        (lambda c: c.update(fit={"seed": 0, "held_out": "all"}), "held_out: expected a list"),
        (lambda c: c.update(scores=[]), "metrics: expected a table"),
        (lambda c: c.update(scores={"r2": "good"}), "metrics.*"),
        (lambda c: c.update(scores={"r2": float("nan")}), "NaN is no number"),
        (lambda c: c["model"].update(channels=4096), "names"),
        (lambda c: c.update(model={}), "does not describe a twin"),
        (lambda c: c.update(step_s="1; import os"), "does not describe a twin"),
    ],
)
def test_a_card_of_wrong_kinds_is_refused(saved, change, message):
    edit_card(saved, change)
    with pytest.raises(FileError, match=message):
        load(saved)


def header(saved, change):
    """Rewrite the header of the weights, leaving its data as they are."""
    content = (saved / "weights.safetensors").read_bytes()
    end = 8 + int.from_bytes(content[:8], "little")
    told = json.loads(content[8:end])
    change(told)
    text = json.dumps(told).encode()
    (saved / "weights.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + content[end:])


@pytest.mark.parametrize(
    "change",
    [
        lambda h: h["initial"].update(data_offsets=[0, 10**15]),
        lambda h: h["initial"].update(shape=[10**9, 10**9]),
        lambda h: h["initial"].update(shape=[-2]),
        lambda h: h["initial"].update(dtype="F64"),
        lambda h: h["initial"].update(data_offsets=h["drive_low"]["data_offsets"]),
        lambda h: h.pop("initial"),
    ],
)
def test_a_header_that_lies_is_refused(saved, change):
    header(saved, change)
    with pytest.raises(FileError):
        load(saved)


@pytest.mark.parametrize("length", [b"\xff" * 8, (10**12).to_bytes(8, "little"), bytes(8)])
def test_a_header_of_impossible_length_is_refused(saved, length):
    content = (saved / "weights.safetensors").read_bytes()
    (saved / "weights.safetensors").write_bytes(length + content[8:])
    with pytest.raises(FileError, match="safetensors"):
        load(saved)


def test_other_types_and_deviations_that_divide_by_zero_are_refused(saved):
    weights = load_file(saved / "weights.safetensors")
    save_file(weights | {"initial": weights["initial"].double()}, saved / "weights.safetensors")
    with pytest.raises(FileError, match=r"initial should be torch\.float32"):
        load(saved)
    save_file(weights | {"basis.std": torch.zeros(2)}, saved / "weights.safetensors")
    with pytest.raises(FileError, match="must be positive"):
        load(saved)


def test_what_stands_in_place_of_the_files_is_refused(saved, tmp_path):
    (saved / "weights.safetensors").unlink()
    with pytest.raises(FileError, match="has no weights"):
        load(saved)
    (saved / "weights.safetensors").mkdir()
    with pytest.raises(FileError, match="has no weights"):
        load(saved)
    secret = tmp_path / "secret.txt"
    secret.write_text("password")
    for name in ("weights.safetensors", "card.json"):
        other = tmp_path / f"{name}.twin"
        shutil.copytree(saved, other)
        shutil.rmtree(other / "weights.safetensors")
        (other / name).unlink(missing_ok=True)
        try:
            (other / name).symlink_to(secret)
        except OSError:
            pytest.skip("this user may not make links")
        with pytest.raises(FileError) as refused:
            load(other)
        assert "password" not in str(refused.value)


def test_a_card_of_before_split_and_versions_still_loads(saved):
    edit_card(saved, lambda c: [c.pop(name, None) for name in ("split", "versions", "scored_on", "fit")])
    assert load(saved).channels == ("a", "b")


def test_a_card_whose_sizes_have_their_older_names_opens(saved):
    edit_card(saved, lambda card: card["model"].update(scores=card["model"].pop("components")))
    assert load(saved).spec.components == 2


def test_entries_of_another_version_are_kept_and_older_names_are_read(saved, tmp_path):
    figures = dict.fromkeys(("mean_error", "std_error", "autocov_error", "lag1_measured", "lag1_twin"), None)
    figures |= dict.fromkeys(("crps", "energy_score", "coverage50", "coverage90", "r2"), 0.5)
    edit_card(
        saved,
        lambda card: card.update(
            scores=figures | {"floor": {}, "warnings": ["few"]},
            parts={
                "fitted": {"trials": 3, "sequences": [0, 1, 2]},
                "stopping": {"trials": 1, "blocks": [[0, 1, 2]]},
            },
            fit={"seed": 3, "method": "gan", "held_out": [4], "from_the_future": 1, "model": {"scores": 2}},
            drive_map={"low": -1.0, "high": 1.0, "units": "V"},
            sample={"name": "ring 7"},
        ),
    )
    card = load(save(load(saved), tmp_path / "again.twin")).card
    assert (card.metrics.r2, card.metrics.floor, card.metrics.warnings) == (0.5, None, ("few",))
    assert (card.split.fitted.sequences, card.split.stopping.blocks) == ((0, 1, 2), ((0, 1, 2),))
    assert (card.fit.settings.seed, card.fit.settings.method) == (3, "gan")
    assert (card.fit.held_out, card.fit.settings.model.components) == ((4,), 2)
    assert card.ports == (Port("drive", "V", -1.0, 1.0),)
    assert card.other == {"sample": {"name": "ring 7"}}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_what_is_saved_gets_the_mode_of_the_umask(make_twin, tmp_path):
    before = os.umask(0o022)
    try:
        path = save(make_twin(), tmp_path / "a.twin")
    finally:
        os.umask(before)
    assert [stat.S_IMODE(each.stat().st_mode) for each in (path, *sorted(path.iterdir()))] == [
        0o755,
        0o644,
        0o644,
    ]


def test_a_full_disk_leaves_nothing_behind(make_twin, tmp_path, monkeypatch):
    def full(self, *_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(type(tmp_path), "write_text", full)
    with pytest.raises(OSError, match="No space"):
        save(make_twin(), tmp_path / "a.twin")
    monkeypatch.setattr(type(tmp_path), "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        save_whole(tmp_path / "a.fitting", {}, {})
    assert list(tmp_path.iterdir()) == []
