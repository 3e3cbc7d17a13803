"""Twins compute where they are told to: nothing makes a tensor elsewhere.

No machine of the project has an accelerator, so torch's meta device stands in for one: tensors without
values, which refuse to meet a tensor of the processor as those of an accelerator do.
"""

import pytest
import torch
from nado_lab.twin import FitSettings, TwinError, fit
from nado_lab.twin.compute import compute_device, normal
from nado_lab.twin.losses.adversarial import Critic, critic_loss, generator_loss
from nado_lab.twin.losses.innovations import innovations
from nado_lab.twin.losses.likelihood import likelihood, trials_numbers
from nado_lab.twin.losses.mean_square import mean_square
from nado_lab.twin.losses.scoring import free_running, sample_paths
from nado_lab.twin.model.rows import Rows, rows_of

META = torch.device("meta")
FORMS = {
    "state": {"hidden": 0},
    "trial effects": {"hidden": 0, "trial_effects": 2},
    "memory": {"hidden": 3},
    "innovations": {"hidden": 3, "sources": 0, "innovations": True, "noisy_readout": False},
}


@pytest.fixture(params=FORMS)
def apart(request, make_twin):
    """Give a twin and rows of it on a device of their own."""
    twin = make_twin(**FORMS[request.param]).to(META)
    drive, y = torch.empty(6, 12, 1, device=META), torch.empty(6, 12, 2, device=META)
    return twin, Rows(drive, y, y, twin.default_start(6))


def generator():
    return torch.Generator().manual_seed(0)


def test_paths_and_answers_stay_where_the_twin_is(apart):
    twin, rows = apart
    assert twin.respond(rows.drive, generator=generator()).device == META
    trial = twin.begin(generator=generator())
    assert [trial.respond(rows.drive[:, :2]).device, trial.respond(rows.drive[:, 2:3]).device] == [META, META]
    assert twin.respond(torch.zeros(3, 5, 1), generator=generator()).device == META


@pytest.mark.parametrize("loss", ["likelihood", "mean", "score", "gan"])
def test_every_loss_and_its_gradient(apart, loss):
    twin, rows = apart
    at = (twin, rows.drive, rows.components, rows.start)
    if loss == "likelihood":
        value = innovations(*at) if twin.spec.innovations else likelihood(*at)
    elif loss == "mean":
        value = mean_square(*at)
    else:
        paths = sample_paths(twin, rows.drive, 3, generator(), rows.start)
        critic = Critic(12, 2, 1).to(META)
        losses = (
            critic_loss(critic, paths[0].detach(), rows.truth, rows.drive, generator()),
            generator_loss(critic, paths[0], rows.truth, rows.drive),
        )
        value = free_running(paths, rows.truth, generator()) if loss == "score" else sum(losses)
    value.backward()
    assert value.device == META
    assert all(p.grad.device == META for p in twin.parameters() if p.grad is not None)


def test_trials_go_where_the_twin_is(make_twin, make_process):
    trials = make_process(6)
    twin = make_twin(channels=1, components=1, diffusion_rank=0)
    twin.channels, twin.units = ("voltage",), ("V",)
    rows = rows_of(twin.to(META), trials)
    assert {rows.drive.device, rows.truth.device, rows.components.device, rows.start.components.device} == {
        META
    }


def test_numbers_of_trials_are_estimated_there(make_twin):
    twin = make_twin(**FORMS["trial effects"]).to(META)
    y = torch.empty(6, 12, 2, device=META)
    assert (
        trials_numbers(twin, torch.empty(6, 12, 1, device=META), y, twin.default_start(6)).mean.device == META
    )


def test_noise_is_the_same_on_every_device():
    here = normal(3, 2, generator=generator(), like=torch.zeros(1))
    assert torch.equal(here, torch.randn(3, 2, generator=generator()))
    assert normal(3, 2, generator=generator(), like=torch.empty(1, device=META)).device == META
    assert normal(3, generator=None, like=torch.empty(1, device=META)).device == META


def test_devices_that_are_not_here_are_named(make_process):
    assert compute_device("cpu") == torch.device("cpu")
    for wrong, told in (
        ("tpu9", "expected a device"),
        ("meta", "expected a device"),
        ("cuda:77", "there is no"),
    ):
        with pytest.raises(TwinError, match=told):
            compute_device(wrong)
    with pytest.raises(TwinError, match="choose another --device"):
        fit(make_process(8), FitSettings(likelihood_steps=1), compute="cuda:77")
