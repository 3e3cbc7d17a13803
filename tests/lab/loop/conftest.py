from contextlib import contextmanager

import pytest

import lab.compose
from lab.cli.demo import QUICK
from lab.loop.demo import DemoSettings, run_demo

TINY = {**QUICK, "sequences": 24, "repeats": 6, "mean_steps": 10, "score_steps": 5, "test_digits": 8}


@pytest.fixture
def benches(monkeypatch):
    """Collect every simulated bench that the program opens, to look at it afterwards."""
    opened = []
    build = lab.compose.simulated_bench

    def remember(kind, **options):
        opened.append(build(kind, **options))
        return opened[-1]

    monkeypatch.setattr(lab.compose, "simulated_bench", remember)
    return opened


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """Run the smallest demo once: (folder, report)."""
    out = tmp_path_factory.mktemp("demo") / "out"
    return out, run_demo(out, DemoSettings(seed=3, **TINY), lambda *_: None)


@contextmanager
def interrupted_at(stage):
    """Give a `show` that presses Ctrl-C at the first sign of a stage."""

    def show(name, fraction, doing=""):
        if name.startswith(stage):
            raise KeyboardInterrupt

    yield show
