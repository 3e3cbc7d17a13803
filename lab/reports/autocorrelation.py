"""How long deviations last: the one autocorrelation of reports and pictures."""

import numpy as np


def autocorrelation(deviation: np.ndarray, lags: int) -> np.ndarray:
    """Correlate deviations (path, step, channel) with themselves: (lag, channel), 1 at lag 0.

    Of a channel that never deviates it is 0. There are as many lags as asked for and as there are steps.
    """
    steps = deviation.shape[1]
    power = np.maximum(np.square(deviation).mean((0, 1)), np.finfo(deviation.dtype).tiny)
    products = [(deviation[:, k:] * deviation[:, : steps - k]).mean((0, 1)) for k in range(min(lags, steps))]
    return np.array(products) / power
