import json
import socket
import threading

import pytest
from nado_lab.lab.cli import watch
from nado_lab.lab.errors import LabError
from nado_lab.lab.watch import server as web

from tests.lab.cli.command_line import call


def test_what_is_seen_as_json(tmp_path):
    seen = json.loads(call(watch, "watch", tmp_path, "--json").stdout)
    assert (seen["runs"], seen["going"]) == (0, [])


def test_what_is_no_folder_is_told_in_a_line(tmp_path):
    assert isinstance(call(watch, "watch", tmp_path / "none").exception, LabError)


def test_a_port_that_is_taken_is_told_in_a_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        found = call(watch, "watch", tmp_path, "--port", taken.getsockname()[1])
    assert isinstance(found.exception, LabError)
    assert "try another --port" in str(found.exception)


@pytest.mark.parametrize(("host", "asks_for_a_token"), [("127.0.0.1", False), ("0.0.0.0", True)])  # noqa: S104
def test_other_hosts_need_the_token_and_warn(tmp_path, monkeypatch, host, asks_for_a_token):
    def stop(self):
        assert threading.current_thread() is threading.main_thread()
        raise KeyboardInterrupt

    monkeypatch.setattr(web.Server, "serve_forever", stop)
    done = call(watch, "watch", tmp_path, "--host", host, "--port", "0")
    assert done.exit_code == 0
    assert ("token=" in done.stdout) == asks_for_a_token
    assert ("warning: whoever has this address" in done.stderr) == asks_for_a_token
