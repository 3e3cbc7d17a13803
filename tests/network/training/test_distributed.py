"""Training on several processes: the same network as one process makes of the same minibatches."""

import json
import os
import subprocess
import sys

import pytest
import torch
from nado_lab.lab.cli import network
from nado_lab.network.training.distributed import own_micro_batches
from nado_lab.twin import ModelSpec, Twin, save
from safetensors.torch import load_file

from tests.lab.cli.command_line import call

SIZES = ("--nodes", "4", "--epochs", "2", "--train", "64", "--test", "20")
SETTINGS = ("--set", "batch=20", "--set", "micro_batch=6", "--set", "noise_draws=2", "--set", "shift=1")


@pytest.fixture
def twin(tmp_path):
    """Save an unfitted, noisy twin."""
    torch.manual_seed(0)
    return save(
        Twin(ModelSpec(ports=1, channels=3, components=3, width=8), tuple("abc"), ("V",) * 3),
        tmp_path / "a.twin",
    )


def words(twin, out):
    task = ["network", "train", "temporal-mnist", "--twin", str(twin), "--out", str(out)]
    return [*task, *SIZES, *SETTINGS, "--json"]


@pytest.mark.timeout(600)
def test_two_processes_make_the_network_of_one(twin, tmp_path):
    done = call(network, *words(twin, tmp_path / "one.net"))
    assert done.exit_code == 0, done.output
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    two = subprocess.run(
        [*launcher, "-m", "nado_lab", *words(twin, tmp_path / "two.net")],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert two.returncode == 0, two.stderr[-2000:]
    first, second = (load_file(tmp_path / f"{name}.net" / "weights.safetensors") for name in ("one", "two"))
    assert first.keys() == second.keys()
    for name, weight in first.items():
        torch.testing.assert_close(second[name], weight, rtol=1e-4, atol=1e-5)
    said, also = json.loads(done.stdout), json.loads(two.stdout)
    assert also["twin"] == pytest.approx(said["twin"], abs=0.051)  # one digit of twenty at the most


def test_parts_cover_a_minibatch_once_whoever_takes_them(monkeypatch):
    def parts(rank, world):
        monkeypatch.setattr("nado_lab.network.training.distributed.place", lambda: (rank, world))
        return own_micro_batches(20, 6, 99, torch.Generator().manual_seed(3))

    alone, shared = parts(0, 1), [parts(rank, 3) for rank in range(3)]
    rows = sorted((each.rows.start, each.rows.stop) for of in shared for each in of)
    assert (
        rows == [(each.rows.start, each.rows.stop) for each in alone] == [(0, 6), (6, 12), (12, 18), (18, 20)]
    )
    noise = {each.rows.start: float(torch.randn((), generator=each.generator)) for each in alone}
    for part in (each for of in shared for each in of):
        assert float(torch.randn((), generator=part.generator)) == noise[part.rows.start]
    assert sum(each.weight for of in shared for each in of) == pytest.approx(3)
    assert [each.weight for each in parts(7, 8)] == [0.0]
    assert len(noise) == len(set(noise.values()))
