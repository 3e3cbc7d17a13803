"""The page's server: what it answers to whom, and that nobody can hold it up."""

import http.client
import socket
import threading
import time
from html.parser import HTMLParser

import pytest
from nado_lab.lab.store import RunMetadata, RunWriter, Status
from nado_lab.lab.watch import server as web
from nado_lab.lab.watch.look import look
from nado_lab.lab.watch.server import Looks, Server, Site, is_loopback
from nado_lab.protocols import Column

NASTY = "<script>alert(1)</script>\"'&\u202egnp.\x1b[31m"


@pytest.fixture
def folder(tmp_path):
    writer = RunWriter.create(
        tmp_path / "<script>alert(2)<",
        RunMetadata(sample=NASTY, operator=NASTY),
        {"primary": (Column("level"),)},
    )
    for number in range(3):
        writer.append("primary", {"level": float(number)})
    writer.finalise(Status.FAILED, reason=NASTY)
    return tmp_path


@pytest.fixture
def serve():
    """Serve sites at free ports: (site) -> port."""
    running = []

    def start(site):
        made = Server(site, "127.0.0.1", 0)
        thread = threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        running.append((made, thread))
        return made.server_address[1]

    yield start
    for made, thread in running:
        made.shutdown()
        made.server_close()
        thread.join()


def get(port, path="/", method="GET", host=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers={"Host": host or f"127.0.0.1:{port}"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


class Elements(HTMLParser):
    """Collect the names of a page's elements and the attributes that could load or run something."""

    def __init__(self, text):
        super().__init__()
        self.names, self.risky = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.names.add(tag)
        self.risky += [
            (tag, name) for name, _ in attributes if name.startswith("on") or name in ("src", "style")
        ]


def test_the_page_is_whole_escaped_and_may_load_nothing(folder, serve):
    answer, body = get(serve(Site(Looks(lambda: look(folder)))))
    text = body.decode()
    assert answer.status == 200
    assert "&lt;script&gt;" in text
    assert "\\u202e" in text  # marks that turn text around are written out
    assert "\x1b" not in text
    found = Elements(text)
    assert not found.names & {"script", "img", "iframe", "object", "form", "a"}
    assert found.risky == []
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_hash_in_the_policy_is_that_of_the_style_in_the_page(folder, serve):
    import base64
    import hashlib

    answer, body = get(serve(Site(Looks(lambda: look(folder)))))
    style = body.decode().split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["/../../etc/passwd", "/%2e%2e/", "/page.css", "//evil", "/?x=/etc/passwd%00"]
)
def test_no_path_leads_anywhere(folder, serve, path):
    answer, body = get(serve(Site(Looks(lambda: look(folder)))), path)
    assert b"root:" not in body
    assert answer.status == (200 if path.startswith("/?") else 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_sent(folder, serve, method):
    answer, body = get(serve(Site(Looks(lambda: look(folder)))), method=method)
    assert answer.status == 501
    assert b"<" not in body


def test_head_and_json(folder, serve):
    port = serve(Site(Looks(lambda: look(folder))))
    assert get(port, method="HEAD")[1] == b""
    answer, body = get(port, "/state.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert b'"status": "failed"' in body


def test_other_names_of_this_computer_are_refused_without_a_token(folder, serve):
    port = serve(Site(Looks(lambda: look(folder))))
    assert get(port, host="evil.example")[0].status == 403
    assert get(port, host=f"evil.example:{port}")[0].status == 403
    for name in ("localhost", f"localhost:{port}", "[::1]:9", "127.0.0.1"):
        assert get(port, host=name)[0].status == 200


def test_a_token_is_asked_for(folder, serve):
    port = serve(Site(Looks(lambda: look(folder)), token="s3cret"))  # noqa: S106
    assert get(port)[0].status == 403
    assert get(port, "/?token=s3creT")[0].status == 403
    assert get(port, "/state.json?token=")[0].status == 403
    answer, body = get(port, "/?token=s3cret", host="lab.example:1")
    assert answer.status == 200
    assert b"s3cret" not in body


def test_many_and_slow_clients(folder, serve, monkeypatch):
    monkeypatch.setattr(web, "CLIENT_S", 1.0)
    monkeypatch.setattr(web.Handler, "timeout", 1.0)
    monkeypatch.setattr(web, "LOOK_EVERY_S", 60.0)
    looked = []
    port = serve(Site(Looks(lambda: looked.append(1) or look(folder))))
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(8)]
    for each in slow:
        each.sendall(b"GET / HT")
    answers = []
    clients = [threading.Thread(target=lambda: answers.append(get(port)[0].status)) for _ in range(16)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    assert answers == [200] * 16
    assert len(looked) == 1  # however many ask, the folder is looked at once
    began = time.monotonic()
    for each in slow:
        each.settimeout(5)
        assert each.recv(100) == b""  # hung up on
        each.close()
    assert time.monotonic() - began < 4


def test_clients_beyond_the_most_are_hung_up_on_and_the_rest_served(folder, serve, monkeypatch):
    monkeypatch.setattr(web, "MOST_CLIENTS", 2)
    port = serve(Site(Looks(lambda: look(folder))))
    holding = [socket.create_connection(("127.0.0.1", port)) for _ in range(2)]
    time.sleep(0.2)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        get(port)
    for each in holding:
        each.close()
    time.sleep(0.2)
    assert get(port)[0].status == 200


def test_a_folder_that_is_gone_is_told_in_a_line(folder, serve):
    port = serve(Site(Looks(lambda: look(folder / "gone"))))
    answer, body = get(port)
    assert answer.status == 503
    assert b"is not a folder" in body


def test_an_error_of_ours_shows_no_traceback(serve, caplog):
    port = serve(Site(Looks(lambda: 1 // 0)))
    answer, body = get(port)
    assert answer.status == 503
    assert b"Zero" not in body
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(("host", "is_own"), [("127.0.0.1", True), ("::1", True), ("localhost", True)])
def test_what_is_loopback(host, is_own):
    assert is_loopback(host) == is_own


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "lab.example", "::"])  # noqa: S104
def test_what_is_not_loopback(host):
    assert not is_loopback(host)
