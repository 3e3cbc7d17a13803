"""Network files: they round-trip, and hostile ones are refused without being believed."""

import json

import pytest
import torch
from nado_lab.network import NetworkCard, NetworkFileError, TaskChoice, build, load, save
from safetensors.torch import load_file, save_file

INPUTS = torch.rand(4, 6, 5)
CARD = NetworkCard(TaskChoice("narma-10", {"train": 3}))


@pytest.fixture
def saved(leaky, tmp_path):
    """Save a network of two layers; return it with its path."""
    network = build(INPUTS, 3, leaky(), (4, 2))
    return network, save(network, tmp_path / "a.net", CARD)


def edit_card(path, change):
    card = json.loads((path / "card.json").read_text())
    change(card)
    (path / "card.json").write_text(json.dumps(card))


def edit_weights(path, change):
    weights = load_file(path / "weights.safetensors")
    change(weights)
    save_file(weights, path / "weights.safetensors")


def test_a_network_comes_back_as_it_was(saved, leaky):
    network, path = saved
    back = load(path)
    assert back.card == CARD
    assert back.network.spec == network.spec
    twin = leaky()
    assert torch.equal(back.network(INPUTS, twin, noise=False), network(INPUTS, twin, noise=False))
    assert all(p.requires_grad for p in back.network.parameters())


def test_saving_never_overwrites_and_leaves_no_scraps(saved, tmp_path):
    network, path = saved
    with pytest.raises(NetworkFileError, match="exists"):
        save(network, path)
    with pytest.raises(ValueError, match="not JSON compliant"):
        save(network, tmp_path / "b.net", NetworkCard(other={"x": float("nan")}))
    assert [p.name for p in tmp_path.iterdir()] == ["a.net"]


def test_a_card_that_asks_for_the_moon_is_refused(saved):
    _, path = saved
    edit_card(path, lambda card: card["spec"].update(features=1_000_000, outputs=1_000_000))
    with pytest.raises(NetworkFileError, match="should be"):
        load(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda card: card.update(schema="else/9"),
        lambda card: card.pop("spec"),
        lambda card: card["spec"].update(extra=1),
        lambda card: card["spec"].update(steps=0),
        lambda card: card["spec"].update(layers="many"),
        lambda card: card.update(notes=3),
    ],
)
def test_a_damaged_card_is_refused(saved, change):
    _, path = saved
    edit_card(path, change)
    with pytest.raises(NetworkFileError):
        load(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda w: w.update(extra=torch.zeros(1)),
        lambda w: w.pop("readout.bias"),
        lambda w: w["readout.bias"].fill_(float("nan")),
        lambda w: w.update({"readout.bias": torch.zeros(3, dtype=torch.int32)}),
    ],
)
def test_wrong_weights_are_refused(saved, change):
    _, path = saved
    edit_weights(path, change)
    with pytest.raises(NetworkFileError):
        load(path)


def test_truncated_and_missing_files_are_refused(saved, tmp_path):
    _, path = saved
    weights = path / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(NetworkFileError, match="cannot be read as safetensors"):
        load(path)
    (path / "card.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(NetworkFileError, match="not valid JSON"):
        load(path)
    with pytest.raises(NetworkFileError, match="not a network"):
        load(tmp_path / "nothing.net")
