"""Every command tries its outputs before the work, and says in one line which cannot be written."""

import click.testing
import numpy as np
import pytest
import typer
from nado_lab.lab.cli import commands
from nado_lab.lab.errors import LabError

COMMANDS = {
    "measure": "measure characterise --setup sim:nanoring --out {bad}",
    "queue": "queue {queue}",
    "calibrate": "calibrate sim:nanoring-calibration --out {bad}.toml",
    "calibrate-run": "calibrate sim:nanoring-calibration --out {new}.toml --run {bad}",
    "record": "record sim:nanoring supply_x --out {bad}",
    "bring-up": "bring-up sim:nanoring-calibration --yes --out {bad}",
    "fit": "twin fit {run} --out {bad}",
    "fit-each": "twin fit {run} --each-device --out {bad}",
    "fit-tensorboard": "twin fit {run} --out {new} --tensorboard {bad}",
    "evaluate-plots": "twin evaluate {twin} {run} --plots {bad}",
    "recalibrate": "twin recalibrate {twin} {run} --out {bad}",
    "validate": "validate {twin} --setup sim:nanoring --out {bad}",
    "train": "network train temporal-mnist --twin {twin} --out {bad}",
    "train-checkpoint": "network train temporal-mnist --twin {twin} --out {new} --checkpoint {bad}",
    "evaluate-runs": "network evaluate {net} --on sim:nanoring --out {bad}",
    "refine": "network refine {net} --on sim:nanoring --out {bad}",
    "refine-runs": "network refine {net} --on sim:nanoring --out {new} --runs {bad}",
    "deploy": "deploy {net} --setup sim:nanoring --out {bad}",
    "loop": "loop {loop} --out {bad}",
    "sweep": "sweep {sweep} --out {bad}",
    "demo": "demo --quick --out {bad}",
    "report": "report {run} --out {bad}",
    "report-figures": "report {run} --out {new} --figures {bad}",
    "export": "runs export {run} --to {bad}.nc",
    "import": "data import {data} --out {bad}",
    "import-map": "data import {data} --out {new} --keep-map {bad}",
    "serve": "sim serve sim:nanoring --toml {bad}",
    "gui": "gui --folder {bad}",
    "tour": "gui --tour {bad}",
}
QUEUE = """
[[experiment]]
protocol = "hysteresis"
setup = "sim:nanoring"
out = "{folder}/one"
[[experiment]]
protocol = "hysteresis"
setup = "sim:nanoring"
out = "{bad}"
"""
LOOP = 'setup = "sim:nanoring"\n[task]\nname = "temporal-mnist"\n'
SWEEP = '[measure]\nsetup = "sim:nanoring"\nprotocol = "characterise"\n[grid]\n"twin.seed" = [0, 1]\n'


@pytest.fixture(scope="module")
def nado():
    """Give all commands, registered once."""
    app = typer.Typer()
    commands.register(app)
    return typer.main.get_command(app)


@pytest.fixture
def words(demo, tmp_path):
    """Give what the commands name: real inputs, and an output below a file."""
    (tmp_path / "file").write_text("")
    np.savez(tmp_path / "data.npz", drive=np.zeros((4, 5)), readout=np.zeros((4, 5)))
    bad = (tmp_path / "file" / "deeper" / "out").as_posix()
    folder = tmp_path.as_posix()
    for name, text in {"queue": QUEUE.format(folder=folder, bad=bad), "loop": LOOP, "sweep": SWEEP}.items():
        (tmp_path / f"{name}.toml").write_text(text)
    return {
        "bad": bad,
        "new": f"{folder}/new",
        "run": f"{demo[0]}/runs/fit.zarr",
        "twin": f"{demo[0]}/device.twin",
        "net": f"{demo[0]}/networks/noise_aware.net",
        "data": f"{folder}/data.npz",
        **{name: f"{folder}/{name}.toml" for name in ("queue", "loop", "sweep")},
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_an_output_that_cannot_be_written_is_told_before_the_work(nado, words, tmp_path, name):
    before = sorted(path.name for path in tmp_path.iterdir())
    done = click.testing.CliRunner().invoke(nado, COMMANDS[name].format(**words).split())
    assert isinstance(done.exception, LabError), (done.exception, done.output)
    assert "cannot be written" in str(done.exception)
    assert "Not a directory" in str(done.exception)
    assert len(str(done.exception).splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == before
