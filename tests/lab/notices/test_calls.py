"""Calls with a notice: what is sent, and that nothing that goes wrong there ends anything here."""

import json
import sys
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from nado_lab.lab.errors import LabError
from nado_lab.lab.notices import Notice, Outcome, Target, call_all, read_target, targets_of_settings

BEGAN, ENDED = datetime(2026, 1, 31, 10, tzinfo=UTC), datetime(2026, 1, 31, 12, tzinfo=UTC)
DONE = Notice("fit", "/data/a.twin", Outcome.DONE, "", BEGAN, ENDED)
FAILED = Notice("run", "/data/b.zarr", Outcome.FAILED, "lead\nopen", BEGAN, ENDED, "field at zero")


@pytest.fixture
def hook():
    """Take what is posted at a loopback port: (url, requests, answer), answer)."""
    taken, reply = [], {"code": 200, "headers": {}, "pause_s": 0.0}

    class Take(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.append((self.path, dict(self.headers), json.loads(body)))
            time.sleep(reply["pause_s"])
            self.send_response(reply["code"])
            for name, value in reply["headers"].items():
                self.send_header(name, value)
            self.end_headers()

        def do_GET(self):
            taken.append(("GET", {}, {}))

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Take)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hook", taken, reply
    server.shutdown()
    server.server_close()
    thread.join()


def told(notice, *targets, within_s=5.0):
    lines = []
    call_all(notice, targets, lines.append, within_s)
    return lines


def python(code):
    return Target((sys.executable, "-c", code))


def test_a_url_gets_the_notice_as_json(hook):
    url, taken, _ = hook
    assert told(FAILED, read_target(url)) == []
    ((path, headers, body),) = taken
    assert path == "/hook"
    assert headers["Content-Type"] == "application/json"
    assert (body["what"], body["outcome"], body["path"]) == ("run", "failed", "/data/b.zarr")
    assert body["reason"] == "lead\nopen"
    assert body["schema"] == "nado-notice/1"
    assert body["started"] == "2026-01-31T10:00:00Z"
    assert body["text"].startswith("run failed after 2.0 h: /data/b.zarr on ")
    assert "lead open; the bench: field at zero" in body["text"]


def test_a_command_gets_it_on_stdin_and_no_shell_sees_its_words(tmp_path):
    out = tmp_path / "$(touch x); `y` & got"
    code = "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())"
    assert told(DONE, Target((sys.executable, "-c", code, str(out)))) == []
    assert json.loads(out.read_text())["outcome"] == "done"


@pytest.mark.parametrize(
    ("code", "headers", "says"),
    [(500, {}, "500"), (404, {}, "404"), (302, {"Location": "http://127.0.0.1:1/"}, "302"), (204, {}, "")],
)
def test_what_a_url_answers(hook, code, headers, says):
    url, taken, reply = hook
    reply |= {"code": code, "headers": headers}
    lines = told(DONE, read_target(url))
    assert len(taken) == 1
    assert says in "".join(lines)
    assert len(lines) == (1 if says else 0)


def test_all_that_can_go_wrong_is_a_line_each(hook):
    url, _, reply = hook
    reply["pause_s"] = 1.0
    began = time.monotonic()
    lines = told(
        DONE,
        read_target(url),
        python("import time; time.sleep(9)"),
        python("raise SystemExit(3)"),
        Target(("no-such-program-here",)),
        Target(url="http://127.0.0.1:9/"),
        within_s=0.5,
    )
    assert time.monotonic() - began < 4
    assert len(lines) == 5
    assert "status 3" in "".join(lines)
    assert "cannot be started" in "".join(lines)


def test_a_command_that_reads_nothing_and_prints_much_is_no_problem(capfd):
    assert told(DONE, python("print('x' * 1000000)")) == []
    assert capfd.readouterr().out == ""


def test_only_failures(hook):
    url, taken, _ = hook
    target = read_target(url, only_failures=True)
    told(DONE, target)
    assert taken == []
    told(FAILED, target)
    assert len(taken) == 1


@pytest.mark.parametrize(
    "given",
    ["", "   ", "ftp://x/y", "http://", "http:///x", "http://h:notaport/", "file:///etc/passwd", "'open", []],
)
def test_who_can_be_nobody_is_refused_in_a_line(given):
    with pytest.raises(LabError, match="whom to notify"):
        read_target(given)


def test_a_secret_in_a_url_is_not_told():
    (line,) = told(DONE, Target(url="http://127.0.0.1:9/services/s3cret"), within_s=1.0)
    assert "s3cret" not in line


def test_settings(tmp_path, monkeypatch):
    file = tmp_path / "settings.toml"
    monkeypatch.setenv("NADO_SETTINGS", str(file))
    assert targets_of_settings() == ()
    file.write_text('[notify]\nend = ["say done", ["beep", "a b"]]\nfailure = ["https://h/x"]\n')
    assert targets_of_settings() == (
        Target(("say", "done")),
        Target(("beep", "a b")),
        Target(url="https://h/x", only_failures=True),
    )


@pytest.mark.parametrize(
    "text", ["[notify]\nend = 3\n", "[notify", "[notify]\nwhen = []\n", '[notify]\nend = [""]\n']
)
def test_settings_that_are_wrong_are_one_line(tmp_path, monkeypatch, text):
    file = tmp_path / "settings.toml"
    file.write_text(text)
    monkeypatch.setenv("NADO_SETTINGS", str(file))
    with pytest.raises(LabError, match=r"settings\.toml"):
        targets_of_settings()
