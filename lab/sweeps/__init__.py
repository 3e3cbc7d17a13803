"""Many experiments at once: grids and studies over protocol, twin and network options, as Dask graphs."""

from nado_lab.lab.sweeps.config import SweepConfig, load_sweep
from nado_lab.lab.sweeps.run import SweepOptions, SweepResult, run_sweep

__all__ = ["SweepConfig", "SweepOptions", "SweepResult", "load_sweep", "run_sweep"]
