"""A run that sends documents while it goes on: valid, complete, and the same ids as afterwards."""

import json

import pytest
from nado_lab.lab.errors import LabError
from nado_lab.lab.runs import LiveDocuments, MonitorSettings, documents_sent, resume_protocol, run_protocol
from nado_lab.lab.store import Run, documents_of
from nado_lab.protocols import Characterise, configure

from tests.protocols.fake_device import FakeDevice

event_model = pytest.importorskip("event_model")


class Warm(FakeDevice):
    """A device with a reading, so that a run has a baseline."""

    def readings(self):
        return {"coil": (295.0, "K")}


def procedure():
    found = Characterise()
    configure(found, {"sequences": 2, "repeats": 1, "steps": 3})
    return found


def measure(folder, observer):
    run_protocol(procedure(), Warm(), folder / "run", observer=observer, monitors=MonitorSettings())


def test_live_documents_are_those_of_the_stored_run(tmp_path):
    live = []
    measure(tmp_path, LiveDocuments(lambda *document: live.append(document)))
    for name, document in live:
        event_model.schema_validators[event_model.DocumentNames[name]].validate(document)
    stored = list(documents_of(Run.open(tmp_path / "run")))
    names = [name for name, _ in live]
    assert names[0] == "start"
    assert names[-1] == "stop"
    assert names.count("descriptor") == 2
    assert live[0][1] == stored[0][1]
    assert live[-1][1] == stored[-1][1]
    pages = [document for name, document in stored if name == "event_page"]
    events = [document for name, document in live if name == "event"]
    assert {event["uid"] for event in events} == {uid for page in pages for uid in page["uid"]}
    values = {uid: row for page in pages for uid, row in zip(page["uid"], page["time"], strict=True)}
    assert all(abs(values[event["uid"]] - event["time"]) < 5 for event in events)


def test_a_file_follows_a_run_line_by_line(tmp_path):
    with documents_sent(str(tmp_path / "run.jsonl")) as observer:
        measure(tmp_path, observer)
    lines = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [name for name, _ in lines][-1] == "stop"
    with pytest.raises(LabError, match="--documents"), documents_sent(str(tmp_path / "run.jsonl")):
        pass


def test_a_subscriber_that_fails_does_not_end_the_run(tmp_path):
    def fail(name, document):
        raise OSError("the facility's server is away")

    measure(tmp_path, LiveDocuments(fail))
    assert Run.open(tmp_path / "run").rows() == 2


def test_what_follows_a_resumption_has_ids_of_its_own(tmp_path):
    class Stopping(LiveDocuments):
        def row(self, stream, row):
            super().row(stream, row)
            self.stop.stop("enough") if stream == "primary" else None

    first, second = [], []

    def later(*document):
        second.append(document)

    measure(tmp_path, Stopping(lambda *document: first.append(document)))
    resume_protocol(procedure(), Warm(), tmp_path / "run", observer=LiveDocuments(later))
    assert first[-1][1]["exit_status"] == "abort"
    assert second[0][1]["resumes"] == {"uid": first[0][1]["uid"], "after_rows": 1}
    assert second[-1][1]["num_events"]["primary"] == 1
