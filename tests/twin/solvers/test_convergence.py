"""Orders of convergence on equations with closed-form answers, and torchsde on the same Brownian path."""

import pytest
import torch
from nado_lab.twin.solvers import SOLVERS, solver


class GeometricBrownianMotion:
    """dX = mu X dt + sigma X dW, in Ito's or Stratonovich's sense."""

    mu, sigma = 0.5, 0.8

    def f(self, t, z):
        return self.mu * z

    def f_and_g_prod(self, t, z, v):
        return self.mu * z, self.sigma * z * v

    def exact(self, w, stratonovich):
        drift = self.mu if stratonovich else self.mu - 0.5 * self.sigma**2
        return torch.exp(drift + self.sigma * w)


def strong_errors(name, stratonovich, levels=(16, 32, 64, 128, 256)):
    """Return the mean |error| at t = 1 against the exact solution on the same path, a level a step size."""
    sde, finest = GeometricBrownianMotion(), levels[-1]
    generator = torch.Generator().manual_seed(0)
    dw = torch.randn(finest, 4000, dtype=torch.float64, generator=generator) / finest**0.5
    truth, errors = sde.exact(dw.sum(0), stratonovich), []
    for level in levels:
        z = torch.ones(4000, dtype=torch.float64)
        for increment in dw.reshape(level, -1, 4000).sum(1):
            z = solver(name)(sde, z, 1 / level, increment)
        errors.append(float((z - truth).abs().mean()))
    return errors


@pytest.mark.parametrize(
    ("name", "stratonovich", "order"),
    [("euler_maruyama", False, 0.5), ("heun", True, 1.0), ("runge_kutta", True, 2.0)],
)
def test_strong_order(name, stratonovich, order):
    errors = torch.tensor(strong_errors(name, stratonovich))
    slope = float(torch.log2(errors[:-1] / errors[1:]).mean())
    assert slope == pytest.approx(order, abs=0.15)


@pytest.mark.parametrize(("name", "order"), [("euler_maruyama", 1.0), ("heun", 2.0), ("runge_kutta", 4.0)])
def test_order_without_noise(name, order):
    sde, errors = GeometricBrownianMotion(), []
    for level in (16, 32, 64):
        z = torch.ones(1, dtype=torch.float64)
        for _ in range(level):
            z = solver(name)(sde, z, 1 / level, None)
        errors.append(float((z - torch.exp(torch.tensor(0.5, dtype=torch.float64))).abs()))
    slope = float(torch.log2(torch.tensor(errors[:-1]) / torch.tensor(errors[1:])).mean())
    assert slope == pytest.approx(order, abs=0.1)


def test_every_solver_is_known_by_name():
    with pytest.raises(Exception, match=", ".join(SOLVERS)):
        solver("runge")
