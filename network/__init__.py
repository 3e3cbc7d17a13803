"""Networks of devices: connectivity, training through twins, tasks and baselines."""
