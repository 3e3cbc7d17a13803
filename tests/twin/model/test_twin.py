"""The twin as a device: shapes, gradients, noise, and the equation it claims to solve."""

import pytest
import torch
from nado_lab.twin import TwinError


def seeded(number):
    return torch.Generator().manual_seed(number)


def test_leading_dimensions_are_kept(make_twin):
    assert make_twin().respond(torch.zeros(3, 4, 7, 1)).shape == (3, 4, 7, 2)


def test_rows_do_not_touch_each_other(make_twin):
    twin, drive = make_twin(), torch.rand(5, 6, 1)
    changed = drive.clone()
    changed[0] = -drive[0]
    one = twin.respond(drive, generator=seeded(1))
    two = twin.respond(changed, generator=seeded(1))
    assert torch.equal(one[1:], two[1:])
    assert not torch.equal(one[0], two[0])


def test_the_answer_is_causal(make_twin):
    twin, drive = make_twin(), torch.rand(2, 8, 1)
    later = drive.clone()
    later[:, 5:] += 0.5
    difference = twin.respond(drive, noise=False) - twin.respond(later, noise=False)
    assert difference[:, :5].abs().max() == 0
    assert difference[:, 5:].abs().amin() > 0


def test_gradient_agrees_with_finite_differences(make_twin):
    twin = make_twin().double()
    drive = torch.rand(2, 4, 1, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda u: twin.respond(u, noise=False), drive)


def test_noise_is_reparameterised(make_twin):
    twin, drive = make_twin(), torch.rand(2, 4, 1, requires_grad=True)
    twin.respond(drive, generator=seeded(0)).sum().backward()
    assert drive.grad.abs().min() > 0


def test_without_noise_the_answer_is_fixed_and_with_noise_it_is_seeded(make_twin):
    twin, drive = make_twin(), torch.rand(2, 4, 1)
    assert torch.equal(twin.respond(drive, noise=False), twin.respond(drive, noise=False))
    assert torch.equal(twin.respond(drive, generator=seeded(1)), twin.respond(drive, generator=seeded(1)))
    assert not torch.equal(twin.respond(drive, generator=seeded(1)), twin.respond(drive, generator=seeded(2)))


def test_wrong_ports_are_refused(make_twin):
    with pytest.raises(TwinError, match="1 ports"):
        make_twin().respond(torch.zeros(2, 3, 2))


def test_outside_counts_half_ranges(make_twin):
    twin = make_twin()
    drive = torch.tensor([[[0.5]], [[1.5]], [[-3.0]]])
    assert twin.outside(drive).tolist() == pytest.approx([0.0, 0.5, 2.0])


def test_g_prod_is_the_diffusion_matrix_times_v(make_twin):
    sde = make_twin().sde
    z, v = torch.randn(4, sde.spec.state), torch.randn(4, sde.spec.wiener)
    sde.hold(torch.randn(4, sde.spec.width + sde.spec.components))
    drift, diffused = sde.f_and_g_prod(0.0, z, v)
    torch.testing.assert_close(diffused, (sde.g(0.0, z) @ v[..., None]).squeeze(-1))
    torch.testing.assert_close(diffused, sde.g_prod(0.0, z, v))
    torch.testing.assert_close(drift, sde.f(0.0, z))


def test_hidden_states_stay_within_one_without_noise(make_twin):
    sde = make_twin(hidden=3).sde
    z = torch.zeros(5, sde.spec.state)
    sde.hold(10 * torch.randn(5, sde.spec.width + 2, generator=seeded(0)))
    for _ in range(50):
        z = torch.cat([z[:, :2], (z + sde.f(0.0, z))[:, 2:]], -1)
        assert z[:, 2:5].abs().max() <= 1.0


def test_units_that_see_the_drive_can_start_with_sharp_bends_all_over_its_range(make_twin):
    field = make_twin(drive_lags=0, width=400).sde.field
    field.start_sharp()
    bends = (-field.embed.bias / field.embed.weight[:, 0]).detach()
    assert bends.abs().max() <= 1.001
    assert torch.histc(bends, 4, -1, 1).min() > 60
    assert field.embed.weight.abs().median() > 2


@pytest.mark.parametrize("sizes", [{}, {"delays": 0, "drive_lags": 2}, {"sources": 0, "innovations": True}])
def test_a_trial_asked_step_by_step_answers_as_a_whole(make_twin, sizes):
    twin, drive = make_twin(**sizes), torch.rand(3, 6, 1)
    trial = twin.begin(noise=False)
    pieces = [trial.respond(drive[:, :2]), trial.respond(drive[:, 2:3]), trial.respond(drive[:, 3:])]
    torch.testing.assert_close(torch.cat(pieces, 1), twin.respond(drive, noise=False))
