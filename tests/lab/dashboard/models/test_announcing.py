"""Work of the window that ends is told to whom the settings name, and seen by who watches meanwhile."""

import json
import sys
from contextlib import suppress

import pytest
from nado_lab.lab.dashboard.models.announcing import Announcer
from nado_lab.lab.dashboard.models.events import RunEnded
from nado_lab.lab.dashboard.models.worker import Job, Stopped
from nado_lab.lab.errors import LabError
from nado_lab.lab.notices import at_work, notes_of_work
from nado_lab.lab.store import RunMetadata, RunWriter, Status
from nado_lab.protocols import Column


@pytest.fixture
def told(tmp_path, monkeypatch):
    """Have notices kept in a file; give what was kept."""
    file, code, settings = tmp_path / "told.jsonl", tmp_path / "keep.py", tmp_path / "settings.toml"
    code.write_text(f"import sys; open({str(file)!r}, 'a').write(sys.stdin.read() + '\\n')")
    settings.write_text(f"[notify]\nend = [{json.dumps([sys.executable, str(code)])}]\n")
    monkeypatch.setenv("NADO_SETTINGS", str(settings))
    return lambda: [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def do(action, out):
    announcer = Announcer()
    job = Job("fit", "fit a.twin", lambda job: None, lambda event: None)
    told = announcer.announced("fit", out, action)
    with suppress(LabError, Stopped):
        told(job)
    announcer.close()


def fail(job):
    raise LabError("too few trials")


def stop(job):
    raise Stopped("as asked")


@pytest.mark.parametrize(
    ("action", "outcome", "reason"),
    [(lambda job: None, "done", ""), (fail, "failed", "too few trials"), (stop, "stopped", "as asked")],
)
def test_a_fit_that_ends(tmp_path, told, action, outcome, reason):
    do(action, tmp_path / "a.twin")
    (notice,) = told()
    assert (notice["what"], notice["outcome"], notice["reason"]) == ("fit", outcome, reason)
    assert notice["path"] == str(tmp_path / "a.twin")


def test_work_is_seen_while_it_goes_on(tmp_path, monkeypatch):
    monkeypatch.setenv(at_work.FOLDER, str(tmp_path / "notes"))
    seen = []
    do(lambda job: seen.extend(notes_of_work(tmp_path.resolve())), tmp_path / "a.twin")
    assert [note.what for note in seen] == ["fit"]
    assert notes_of_work(tmp_path.resolve()) == ()


def test_a_run_that_ends_is_told_with_its_bench(tmp_path, told):
    bench = {"condition": "safe", "at": "2026-01-31T10:00:00Z", "source": "acknowledged command"}
    writer = RunWriter.create(
        tmp_path / "run", RunMetadata(notes={"bench": bench}), {"primary": (Column("x"),)}
    )
    writer.finalise(Status.ABORTED, reason="aborted by hand")
    announcer = Announcer()
    announcer.run_ended(RunEnded(str(tmp_path / "run"), "aborted", "aborted by hand"))
    announcer.run_ended(RunEnded(str(tmp_path / "none"), "failed", "no answer"))
    announcer.close()
    first, second = sorted(told(), key=lambda notice: notice["outcome"], reverse=True)
    assert (first["outcome"], first["reason"]) == ("stopped", "aborted by hand")
    assert "field at zero" in first["bench"]
    assert (second["outcome"], second["bench"]) == ("failed", "")


def test_settings_that_are_wrong_end_nothing(tmp_path, told, caplog):
    (tmp_path / "settings.toml").write_text("[notify")
    do(lambda job: None, tmp_path / "a.twin")
    assert "nobody of the settings is told" in caplog.text
