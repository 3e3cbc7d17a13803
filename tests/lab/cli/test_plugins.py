"""`nado plugins`, and `--plugin FILE` before or after any command."""

import json

import pytest
from nado_lab import plugins as known
from nado_lab.lab.cli import bench, measure, plugins
from nado_lab.lab.cli.plugins import in_front

from tests.lab.cli.command_line import call

BRINGS = """
from nado_lab.plugins import Plugin
from pymeasure.experiment import Procedure

class Own(Procedure):
    DATA_COLUMNS = ["x"]

NADO_PLUGIN = Plugin(protocols={"own": Own}, drivers={"no-driver": int}, tasks={"sine-transform": print})
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setenv(known.FILES, "")
    path = tmp_path / "own.py"
    path.write_text(BRINGS)
    return path


class Group:
    """Several groups of commands, as `nado` has them."""

    @staticmethod
    def register(app):
        for group in (plugins, bench, measure):
            group.register(app)


def test_members_with_their_origin_and_what_is_broken(file):
    done = call(Group, "plugins", "--json", "--plugin", file)
    listing = json.loads(done.stdout)
    assert listing["files"] == [str(file)]
    members = {(each["group"], each["name"], each["origin"]): each["broken"] for each in listing["members"]}
    assert members["drivers", "kepco_bop", "built in"] is None
    assert members["protocols", "own", str(file)] is None
    assert members["drivers", "no-driver", str(file)].startswith("int is no driver: it has no check_errors")
    assert "is taken: built in" in members["tasks", "sine-transform", str(file)]
    assert members["tasks", "sine-transform", "built in"] is None


def test_a_person_sees_it_too(file):
    done = call(Group, f"--plugin={file}", "plugins")
    assert "Left out" in done.stdout
    assert "no-driver" in done.stdout


@pytest.mark.parametrize("before", [True, False])
def test_the_option_stands_before_or_after_the_command(file, before):
    words = ["--plugin", str(file), "protocols"] if before else ["protocols", "--plugin", str(file)]
    done = call(Group, *words)
    assert done.exit_code == 0, done.output
    assert "own" in done.stdout


def test_a_file_that_is_absent_is_one_line(file, tmp_path):
    done = call(Group, "setups", "--plugin", tmp_path / "absent.py")
    assert isinstance(done.exception, known.PluginError)
    assert "absent.py: there is no such file" in str(done.exception)


def test_an_option_without_a_file(file):
    done = call(Group, "setups", "--plugin")
    assert done.exit_code == 2
    assert "requires an argument" in done.output


def test_what_follows_two_dashes_is_left_alone():
    assert in_front(["x", "--plugin", "a", "--", "--plugin", "b"]) == [
        "--plugin",
        "a",
        "x",
        "--",
        "--plugin",
        "b",
    ]
