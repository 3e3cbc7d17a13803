"""The ridge readout against scikit-learn."""

import numpy as np
import pytest
import torch
from nado_lab.network.training.readout_fit import solve_with_bias
from sklearn.linear_model import Ridge


@pytest.mark.parametrize("features", [8, 50, 200])
def test_ridge_agrees_with_scikit_learn(features):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(50, features, generator=generator, dtype=torch.float64) + 3
    y = torch.randn(50, 2, generator=generator, dtype=torch.float64) - 1
    weight, bias = solve_with_bias(x, y, 2.5)
    peer = Ridge(alpha=2.5).fit(x.numpy(), y.numpy())
    np.testing.assert_allclose(weight.numpy(), peer.coef_, atol=1e-10)
    np.testing.assert_allclose(bias.numpy(), peer.intercept_, atol=1e-10)
