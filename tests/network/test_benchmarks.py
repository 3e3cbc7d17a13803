"""The quick form of every benchmark of this room runs and prints what it promises."""

import json
import runpy
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
PROMISED = {
    "temporal_mnist": ("network", "baseline", "summary"),
    "noise_transfer": ("network", "summary"),
    "cascade": ("network", "summary"),
    "forecasting": ("network", "summary"),
    "network_scaling": ("nodes", "exponent"),
    "network_ways": ("ways",),
}


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """Keep fitted twins here, so that each is fitted once."""
    return tmp_path_factory.mktemp("twins")


@pytest.fixture
def run(work, monkeypatch, capsys):
    """Run a benchmark as the command line does, in this process; return what it printed."""
    monkeypatch.syspath_prepend(BENCHMARKS)

    def call(name, *arguments):
        script = BENCHMARKS / f"{name}.py"
        monkeypatch.setattr(sys, "argv", [str(script), "--json", "--work", str(work), *arguments])
        runpy.run_path(str(script), run_name="__main__")
        return json.loads(capsys.readouterr().out)

    return call


@pytest.mark.slow
@pytest.mark.parametrize("name", PROMISED)
def test_quick_benchmarks_print_their_tables(run, name):
    report = run(name, "--quick")
    assert all(report[key] for key in PROMISED[name])


def test_rows_of_earlier_runs_are_joined_and_summarised(run, tmp_path):
    gaps = {1: 0.01, 2: 0.03}
    files = [tmp_path / f"{seed}.json" for seed in gaps]
    for file, (seed, gap) in zip(files, gaps.items(), strict=True):
        row = {"noise": 1.0, "noise_to_signal": 0.4, "variant": "noise-aware", "seed": seed, "gap": gap}
        file.write_text(json.dumps({"network": [row], "summary": [{"of": "one seed"}]}))
    report = run("noise_transfer", "--merge", *map(str, files))
    assert [row["seed"] for row in report["network"]] == [1, 2]
    (summary,) = report["summary"]
    assert summary["seeds"] == [1, 2]
    assert summary["gap"] == {"mean": 0.02, "std": pytest.approx(0.0141, abs=1e-4)}


@pytest.mark.parametrize("factor", [0.5, 1.0, 2.0, 4.0])
def test_weights_of_replicas_keep_the_mean_and_scale_the_noise(factor, monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    from scaled_noise import weights  # pyright: ignore[reportMissingImports]

    assert weights(factor).sum() == pytest.approx(1)
    assert (weights(factor) ** 2).sum() ** 0.5 == pytest.approx(factor)
