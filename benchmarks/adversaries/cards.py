"""Cards of twins and networks: entries of any value, weights cut; what loads must answer drives."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from benchmarks.adversaries.nonsense import Change, changed, changes

Case = tuple[str, list[Change], "float | None"]
STEPS = 5


def cases(folder: Path) -> st.SearchStrategy[Case]:
    """Give the kind of file, its changed card, and the share of its weights that is left (None: all)."""
    _prepare(folder)
    cut = st.none() | st.none() | st.none() | st.floats(0, 1)
    known = {
        name: json.loads((folder / name / "card.json").read_text(encoding="utf-8"))
        for name in ("twin", "net")
    }
    return st.sampled_from(("twin", "net")).flatmap(
        lambda name: st.tuples(st.just(name), changes(known[name]), cut)
    )


def attempt(case: Case, folder: Path) -> None:
    """Load what the card describes, and use it once."""
    name, wanted, share = case
    place = folder / "changed"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(folder.parent / "prepared" / name, place)
    card = json.loads((place / "card.json").read_text(encoding="utf-8"))
    (place / "card.json").write_text(json.dumps(changed(card, wanted)), encoding="utf-8")
    if share is not None:
        content = (place / "weights.safetensors").read_bytes()
        (place / "weights.safetensors").write_bytes(content[: int(share * len(content))])
    _use_twin(place) if name == "twin" else _use_network(place)


def _use_twin(place: Path) -> None:
    import torch
    from nado_lab.port import inputs_of
    from nado_lab.twin import load

    twin = load(place)
    found = twin.respond(torch.zeros(2, STEPS, twin.port_count))
    assert found.shape[:2] == (2, STEPS)
    if twin.ports:
        assert np.isfinite(inputs_of(twin.ports, np.full((1, len(twin.ports)), 0.5))).all()
    json.dumps(twin.card.to_json(), allow_nan=False)


def _use_network(place: Path) -> None:
    from nado_lab.lab.errors import is_for_people
    from nado_lab.network import load

    saved = load(place)
    saved.card.to_json()
    try:
        _ = saved.card.origin
    except Exception as error:
        if not is_for_people(error):
            raise


def _prepare(folder: Path) -> None:
    """Save a small twin and a small network once."""
    import torch
    from nado_lab.network import NetworkCard, TaskChoice, TrainSettings, build
    from nado_lab.network import save as save_network
    from nado_lab.port import Port
    from nado_lab.twin import FitSettings, ModelSpec, Trials, fit, save

    if (folder / "net").exists():
        return
    drive = 2 * torch.rand(12, 6, 1, generator=torch.Generator().manual_seed(0)) - 1
    trials = Trials(drive, drive * 1e-3 + 5.0, ports=(Port("field", "T", 1e-3, 3e-3),))
    twin = fit(trials, FitSettings(mean_steps=2, likelihood_steps=0, score_steps=1, members=2))
    assert isinstance(twin.spec, ModelSpec)
    save(twin, folder / "twin")
    card = NetworkCard(TaskChoice("narma-10", {"train": 3}), TrainSettings(nodes=(3, 2)), ("a.twin",))
    save_network(build(torch.rand(4, 6, 5), 3, twin, (3, 2)), folder / "net", card)
