"""Members from packages and files: found, named, refused where names clash, left out where broken."""

import subprocess
import sys
from importlib import import_module

import pytest
from nado_lab import plugin_sources, plugins
from nado_lab.plugins import Plugin, PluginError, Registry

GOOD = """
from nado_lab.plugins import Plugin

class Mine:
    pass

NADO_PLUGIN = Plugin(drivers={"mine": Mine})
"""


def registry(**built_in):
    return Registry("drivers", "driver", built_in, complaint=lambda name, thing: "")


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Give an empty plug-in folder that is used."""
    folder = tmp_path / "plugins"
    folder.mkdir()
    monkeypatch.setenv(plugins.FOLDER, str(folder))
    monkeypatch.setenv(plugins.FILES, "")
    return folder


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Install a package with entry points beside the others; give a function that does."""

    def install(name, group, points, source=""):
        where = tmp_path / f"site_{name}"
        info = where / f"{name}-1.2.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(f"[nado.{group}]\n{points}\n")
        (where / f"{name}_module.py").write_text(source)
        monkeypatch.syspath_prepend(str(where))
        plugin_sources._entry_points.cache_clear()

    yield install
    plugin_sources._entry_points.cache_clear()


def test_what_comes_along_is_imported_when_it_is_used():
    known = registry(path="pathlib:Path", broken="no_such_module:Thing")
    assert known.names() == ("path", "broken")
    assert known.load("path").__name__ == "Path"
    assert {each.origin for each in known.members()} == {plugins.BUILT_IN}


def test_a_file_in_the_folder_adds_a_member(place):
    (place / "mine.py").write_text(GOOD)
    known = registry(path="pathlib:Path")
    assert known.names() == ("path", "mine")
    assert known.load("mine").__name__ == "Mine"
    assert known.members()[-1].origin == str(place / "mine.py")
    assert known.broken() == ()


def test_a_class_of_a_file_has_a_module_that_can_be_imported(place):
    (place / "mine.py").write_text(GOOD)
    mine = registry().load("mine")
    assert import_module(mine.__module__).Mine is mine


def test_files_of_the_folder_that_start_with_an_underscore_are_not_run(place):
    (place / "_draft.py").write_text("raise RuntimeError")
    assert registry().broken() == ()


def test_a_named_file_is_found_here_and_in_processes_started_from_here(place, tmp_path):
    file = tmp_path / "named.py"
    file.write_text(GOOD)
    plugins.use_files([file])
    assert "mine" in registry()
    code = (
        "from nado_lab.plugins import Registry;"
        "print(Registry('drivers', 'driver', {}, complaint=lambda *_: '').names())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "('mine',)"


def test_a_file_that_is_named_twice_is_one(place, tmp_path):
    (place / "mine.py").write_text(GOOD)
    plugins.use_files([place / "mine.py", place / ".." / "plugins" / "mine.py"])
    assert registry().names() == ("mine",)
    assert len(plugins.named_files()) == 1


def test_a_file_that_is_not_there_is_refused_by_name(place):
    with pytest.raises(PluginError, match=r"nowhere\.py.*no such file"):
        plugins.use_files([place / "nowhere.py"])
    assert plugins.named_files() == ()


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("def broken(:", "SyntaxError"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("x = 1", "it defines no NADO_PLUGIN"),
        ("NADO_PLUGIN = {'drivers': {}}", "it defines no NADO_PLUGIN"),
    ],
)
def test_a_broken_file_is_named_and_left_out_and_all_else_works(place, source, reason):
    (place / "bad.py").write_text(source)
    (place / "good.py").write_text(GOOD)
    known = registry(path="pathlib:Path")
    assert known.names() == ("path", "mine")
    (broken,) = known.broken()
    assert broken.origin == str(place / "bad.py")
    assert reason in broken.reason
    assert "\n" not in broken.reason
    with pytest.raises(PluginError, match=r"no driver 'other'; there are path, mine; left out .*bad\.py"):
        known.load("other")


def test_entry_points_are_members_with_package_and_version(place, package):
    package("acme", "drivers", "theirs = acme_module:Theirs", "class Theirs: pass")
    known = registry()
    assert known.names() == ("theirs",)
    assert known.members()[0].origin == "acme 1.2"
    assert known.load("theirs").__name__ == "Theirs"
    assert known.name_of("acme_module:Theirs") == "theirs"


def test_an_entry_point_that_cannot_be_imported_is_broken_and_the_others_work(place, package):
    package("corp", "drivers", "bad = corp_absent:X\nugly = what is this\ngood = corp_module:X", "X = 1")
    known = registry()
    assert known.load("good") == 1
    reasons = {each.name: each.reason for each in known.broken()}
    assert set(reasons) == {"bad", "ugly"}
    assert "No module named 'corp_absent'" in reasons["bad"]
    with pytest.raises(PluginError, match=r"driver 'bad' of corp 1\.2 is broken: .*corp_absent"):
        known.load("bad")


def test_what_comes_along_cannot_be_shadowed(place):
    (place / "mine.py").write_text(GOOD)
    known = registry(mine="pathlib:Path")
    assert known.load("mine").__name__ == "Path"
    (broken,) = known.broken()
    assert "'mine' is taken: built in (pathlib:Path)" in broken.reason


def test_two_plug_ins_of_one_name_are_both_refused_and_both_named(place):
    for name in ("one", "two"):
        (place / f"{name}.py").write_text(GOOD)
    known = registry()
    assert "mine" not in known
    assert [(each.name, each.origin) for each in known.broken()] == [
        ("mine", str(place / "one.py")),
        ("mine", str(place / "two.py")),
    ]
    with pytest.raises(PluginError, match=r"one\.py.*taken.*two\.py"):
        known.load("mine")


def test_a_member_that_is_not_what_the_group_wants_is_broken(place):
    (place / "mine.py").write_text(GOOD)
    known = Registry("drivers", "driver", {}, complaint=lambda name, thing: f"{name} is no number")
    assert known.broken()[0].reason == "mine is no number"
    with pytest.raises(PluginError, match="mine is no number"):
        known.load("mine")


def test_a_family_brings_its_drivers(place):
    (place / "family.py").write_text(
        "from types import SimpleNamespace\n"
        "from nado_lab.plugins import Plugin\n"
        "NADO_PLUGIN = Plugin(setups={'fam': SimpleNamespace(drivers={'brought': 'pathlib:Path'})})\n"
    )
    assert registry().load("brought").__name__ == "Path"


def test_no_folder_and_no_files():
    assert plugins.folder() is None
    assert registry().members() == ()
    assert Plugin().drivers == {}


@pytest.mark.parametrize("name", ["pathlib:Path", "pathlib.Path", "/lab/evil.py", "/lab/evil.py:Evil"])
def test_a_name_of_code_that_is_not_registered_loads_nothing(name):
    with pytest.raises(PluginError, match="no driver"):
        registry(path="pathlib:Path").load(name)
