"""Documents of a run: valid by event-model's own schemas, read by its routers."""

import json

import numpy as np
import pytest
from nado_lab.lab.store import Run, RunMetadata, RunWriter, Status, documents_of, line_of
from nado_lab.lab.store.metadata import ParameterRecord, ProtocolRecord, SetupRecord
from nado_lab.protocols import Column, Coordinate

event_model = pytest.importorskip("event_model")
COLUMNS = {
    "primary": (
        Column("sequence", dtype="int64", is_coordinate=True),
        Column("readout", ("step", "channel"), (3, 2), units="V", description="seen"),
        Column("wave", ("step",), (3,), dtype="complex128"),
        Column("level", units="T"),
        Column("good", dtype="bool"),
        Column("remark", dtype="string"),
    ),
    "baseline": (Column("sample", units="K"),),
}


def measured(path, rows=5, status=Status.COMPLETE, **told):
    parameters = {"field.low": ParameterRecord(value=np.pi, units="T")}
    details = {"roles": {"supply.x": {"address": "TCPIP0::1.2.3.4/5"}}}
    metadata = RunMetadata(
        sample="ice",
        protocol=ProtocolRecord(name="scan", parameters=parameters),
        setup=SetupRecord(name="bench", details=details),
        **told,
    )
    labels = (Coordinate("channel", ("h0", "h1")),)
    writer = RunWriter.create(path, metadata, COLUMNS, labels)
    for number in range(rows):
        writer.append("primary", row_of(number))
    writer.append("baseline", {"sample": 4.2})
    if status is not Status.RUNNING:
        writer.finalise(status, "because")
    else:
        writer.flush()
        writer.close()
    return Run.open(path)


def row_of(number):
    arrays = {"readout": np.full((3, 2), number / 8), "wave": np.full(3, 1j * number)}
    return {"sequence": number, "level": 0.1, "good": number % 2 == 0, "remark": f"é{number}", **arrays}


def valid(documents):
    """Hold documents against event-model's schemas, and give those of each name."""
    found = {}
    for name, document in documents:
        event_model.schema_validators[event_model.DocumentNames[name]].validate(document)
        found.setdefault(name, []).append(document)
    return found


@pytest.mark.parametrize(
    ("status", "exit_status"),
    [(Status.COMPLETE, "success"), (Status.ABORTED, "abort"), (Status.FAILED, "fail")],
)
def test_documents_hold_against_the_schemas_of_event_model(tmp_path, status, exit_status):
    found = valid(documents_of(measured(tmp_path / "run", status=status)))
    [start], [stop] = found["start"], found["stop"]
    assert (start["sample"], start["plan_name"], start["plan_args"]) == ("ice", "scan", {"field_low": np.pi})
    assert (stop["exit_status"], stop["reason"]) == (exit_status, "because")
    assert stop["num_events"] == {"primary": 5, "baseline": 1}
    primary, baseline = found["descriptor"]
    assert (primary["name"], baseline["name"]) == ("primary", "baseline")
    keys = primary["data_keys"]
    assert keys["readout"] | {"source": ""} == {
        "source": "",
        "dtype": "array",
        "shape": [3, 2],
        "dims": ["step", "channel"],
        "units": "V",
        "object_name": "bench",
        "dtype_numpy": "<f8",
    }
    assert [keys[name]["dtype"] for name in ("sequence", "level", "good", "remark")] == [
        "integer",
        "number",
        "boolean",
        "string",
    ]
    assert (keys["wave"]["shape"], keys["wave"]["dims"]) == ([3, 2], ["step", "real_imaginary"])
    assert primary["configuration"]["bench"]["data"]["channel"] == ["h0", "h1"]


def test_a_run_without_an_end_has_no_stop(tmp_path):
    found = valid(documents_of(measured(tmp_path / "run", status=Status.RUNNING)))
    assert "stop" not in found
    assert len(found["event_page"]) == 2


class Reader(event_model.SingleRunDocumentRouter):
    """A consumer as facilities have them: it collects the numbers of one stream."""

    def __init__(self):
        super().__init__()
        self.readout, self.ended = [], ""

    def event_page(self, doc):
        if self.get_stream_name(doc) == "primary":
            self.readout += doc["data"]["readout"]
        return doc

    def stop(self, doc):
        self.ended = doc["exit_status"]
        return doc


def test_a_router_of_event_model_reads_the_lines(tmp_path):
    run = measured(tmp_path / "run")
    lines = [line_of(each) for each in documents_of(run)]
    readers = []

    def begin(name, document):
        readers.append(Reader())
        return [readers[-1]], []

    router = event_model.RunRouter([begin])
    for line in lines:
        router(*json.loads(line))
    [reader] = readers
    assert reader.ended == "success"
    assert np.array_equal(reader.readout, run.dataset()["readout"].values)


def test_pages_are_cut_and_numbered_through(tmp_path, monkeypatch):
    monkeypatch.setattr("nado_lab.lab.store.documents.PAGE_BYTES", 400)
    run = measured(tmp_path / "run")
    pages = [page for page in valid(documents_of(run))["event_page"] if "readout" in page["data"]]
    assert len(pages) > 1
    assert [number for page in pages for number in page["seq_num"]] == [1, 2, 3, 4, 5]
    assert len({uid for page in pages for uid in page["uid"]}) == 5
