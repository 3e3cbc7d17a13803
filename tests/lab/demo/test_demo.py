import json

import pytest
import xarray as xr
from nado_lab.lab.demo.demo import run_demo
from nado_lab.lab.errors import LabError
from nado_lab.lab.reports import write_report
from nado_lab.lab.reports.demo_report import DemoReport
from nado_lab.lab.store import Run, Status

from tests.lab.conftest import TINY, interrupted_at


def test_report_has_what_readers_rely_on(demo):
    out, report = demo
    written = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert written == report.to_json() == DemoReport.from_json(written).to_json()
    assert set(written["wall_s"]) == {"measure", "fit", "train", "deploy", "total"}
    for key in ("mean_error", "std_error", "autocov_error"):
        assert written["twin"][key] > 0
        assert written["twin"]["floor"][key] > 0
    for variant in ("noise_aware", "deterministic", "reservoir"):
        assert 0 <= written["accuracy"][variant]["device"] <= 1
    gap = written["transfer_gap"]["noise_aware"]
    aware = written["accuracy"]["noise_aware"]
    assert gap == pytest.approx(aware["twin"] - aware["device"])
    assert written["n_test"] == TINY.test_digits
    assert "6221" in " ".join(written["device"].values())


def test_runs_are_complete_and_open_in_xarray(demo):
    out, report = demo
    for path in report.runs.values():
        assert Run.open(out / path).status is Status.COMPLETE
    with xr.open_datatree(out / report.runs["fit"], engine="zarr", consolidated=False) as tree:
        readout = tree["primary"]["readout"]
        assert readout.dims == ("trial", "step", "channel")
        assert readout.attrs["units"] == "V"
        assert readout.sizes["trial"] == TINY.sequences
        assert tree["primary"]["input"].attrs["units"] == "T"


def test_page_is_self_contained(demo):
    out, _ = demo
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == 4
    assert "http" not in page.replace("https://jfly", "")


def test_nado_report_writes_the_same_page(demo, tmp_path):
    out, _ = demo
    write_report(str(out), tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == (out / "report.html").read_text("utf-8")


def test_same_seed_same_accuracies(demo, tmp_path):
    _, first = demo
    second = run_demo(tmp_path / "again", TINY)
    assert second.accuracy == first.accuracy
    assert second.twin == first.twin


def test_existing_folder_is_refused(tmp_path):
    with pytest.raises(LabError, match="exists already; choose another --out or remove it"):
        run_demo(tmp_path, TINY)


@pytest.mark.parametrize("stage", ["measure", "fit", "train", "deploy"])
def test_ctrl_c_leaves_the_field_at_zero_and_the_runs_readable(stage, tmp_path, benches):
    with interrupted_at(stage) as observer, pytest.raises(KeyboardInterrupt):
        run_demo(tmp_path / "out", TINY, observer)
    (bench,) = benches
    assert abs(bench.world.field()).max() < 1e-7
    assert not bench.world.sources_on()
    runs = list((tmp_path / "out" / "runs").rglob("*.zarr"))
    assert runs
    for run in map(Run.open, runs):
        assert run.status in (Status.COMPLETE, Status.ABORTED)
        assert run.dataset().sizes["trial"] == run.rows()
