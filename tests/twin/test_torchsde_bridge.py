"""torchsde and the twin's own solvers on the same Brownian path; gradients by the adjoint."""

import itertools

import pytest
import torch
import torchsde
from nado_lab.twin import torchsde_paths


def brownian(twin, rows, steps):
    return torchsde.BrownianInterval(0.0, float(steps), size=(rows, twin.spec.wiener), entropy=7)


def own_paths(twin, drive, path, monkeypatch):
    """Run the twin on the increments of a torchsde path."""
    fine = twin.spec.substeps
    edges = [i / fine for i in range(drive.shape[1] * fine + 1)]
    increments = torch.stack([path(a, b) for a, b in itertools.pairwise(edges)])
    unit = increments.unflatten(0, (drive.shape[1], fine)) * fine**0.5
    with monkeypatch.context() as patch:
        patch.setattr(torch, "randn", lambda *a, **k: unit)
        return twin.paths(drive)


@pytest.mark.parametrize(("solver", "method"), [("euler_maruyama", "euler"), ("heun", "heun")])
@pytest.mark.parametrize(
    "sizes", [{"delays": 0}, {"delays": 2, "substeps": 4}, {"innovations": True, "sources": 0}]
)
def test_the_same_path_gives_the_same_answer(make_twin, monkeypatch, solver, method, sizes):
    twin = make_twin(solver=solver, **sizes)
    drive, path = torch.rand(3, 5, 1), brownian(twin, 3, 5)
    with torch.no_grad():
        theirs = torchsde_paths(twin, drive, method=method, path=path)
        mine = own_paths(twin, drive, path, monkeypatch)
    torch.testing.assert_close(mine, theirs, atol=1e-5, rtol=1e-4)


def test_the_adjoint_gives_the_gradient_of_back_propagation(make_twin):
    twin = make_twin(solver="heun", delays=0)
    drive, gradients = torch.rand(4, 1, 1), []
    for adjoint in (False, True):
        twin.zero_grad()
        scores = torchsde_paths(
            twin, drive, method="midpoint", path=brownian(twin, 4, 1), dt=1 / 16, adjoint=adjoint
        )
        scores.square().sum().backward()
        gradients.append(twin.sde.field.to_drift.weight.grad.flatten().clone())
    assert torch.cosine_similarity(*gradients, dim=0) > 0.99
    assert float(gradients[1].norm()) == pytest.approx(float(gradients[0].norm()), rel=0.1)
