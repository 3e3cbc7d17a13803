from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
from nado_lab.lab import compose
from nado_lab.lab.demo.demo import run_demo
from nado_lab.lab.demo.settings import QUICK
from nado_lab.lab.trials import trials_of
from nado_lab.lab.workflow.draw_drives import random_drives
from nado_lab.lab.workflow.play_drives import play_drives
from nado_lab.twin import FitSettings, fit, save

from tests.lab.observers import Watching

TINY = replace(QUICK, seed=3, sequences=24, repeats=6, mean_steps=10, score_steps=5, test_digits=8)


@pytest.fixture
def benches(monkeypatch):
    """Collect every simulated bench that the program opens, to look at it afterwards."""
    opened = []
    build = compose.simulated_bench

    def remember(kind, **options):
        opened.append(build(kind, **options))
        return opened[-1]

    monkeypatch.setattr(compose, "simulated_bench", remember)
    return opened


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """Run the smallest demo once: (folder, report)."""
    out = tmp_path_factory.mktemp("demo") / "out"
    return out, run_demo(out, TINY)


@contextmanager
def interrupted_at(stage):
    """Give an observer that presses Ctrl-C at the first sign of a stage."""

    def show(name, fraction, doing=""):
        if name.startswith(stage):
            raise KeyboardInterrupt

    yield Watching(show)


@pytest.fixture(scope="session")
def true_twin(tmp_path_factory):
    """Fit a twin that is good enough to tell its specimen (seed 3) from another: path of the twin."""
    folder = tmp_path_factory.mktemp("true")
    with compose.open_named_setup("sim:nanoring", specimen=3) as setup:
        drives = random_drives(np.random.default_rng(0), 600, 8, setup.port_count)
        run = play_drives(drives, setup, folder / "fit.zarr")
    settings = FitSettings(mean_steps=400, score_steps=120, members=4)
    return save(fit(trials_of(run.path), settings), folder / "device.twin")
