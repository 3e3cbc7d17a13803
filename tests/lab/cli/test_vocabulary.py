"""One vocabulary: older spellings go on, mistakes are told in one line in one way, kinds are named."""

import json
import os
import subprocess
import sys

import pytest
from nado_lab.lab.cli import commands, measure, runs, twin
from nado_lab.lab.cli.command_table import leaves, page
from nado_lab.lab.cli.top import Commands

from tests.docs.pages import DOCS
from tests.lab.cli.command_line import call
from tests.lab.store.small_run import small_run


def card(path, schema):
    path.mkdir()
    (path / "card.json").write_text(json.dumps({"schema": schema}))
    return path


def every_command():
    import typer

    app = typer.Typer()
    commands.register(app)
    return dict(leaves(typer.main.get_command(app)))


def test_the_page_of_commands_is_current():
    written = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert page() == written, "python -m nado_lab.lab.cli.command_table docs/commands.md"


def test_one_word_means_one_thing_everywhere():
    spellings = {}
    for words, command in every_command().items():
        for each in command.params:
            if each.param_type_name == "option":
                for spelling in each.opts:
                    spellings.setdefault(spelling, {})[words] = each
    everywhere = {"--out": "-o", "--setup": "-s"}
    for long, short in everywhere.items():
        lacking = [words for words, each in spellings[long].items() if short not in each.opts]
        assert lacking == [], f"{long} without {short}"
    assert not {"--on", "--to", "--toml", "--plots"} & set(spellings)
    for words, each in spellings["--seed"].items():
        assert "specimen of a" not in (each.help or "").lower(), words


def test_an_older_spelling_goes_on_with_a_word(tmp_path):
    run = small_run(tmp_path / "run")
    done = call(runs, "runs", "export", run, "--to", tmp_path / "run.npz")
    assert done.exit_code == 0
    assert "--to is --out now" in done.stderr
    assert (tmp_path / "run.npz").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("runs", "export", "RUN", "--out", "a.nc", "-o", "b.nc"), "--out and -o is given 2 times"),
        (("runs", "export", "RUN"), "missing option '--out' / '-o'"),
        (("runs", "export", "RUN", "--outt", "a.nc"), "no such option: --outt"),
        (("runs", "list", "--last", "-3"), "--last"),
        (("runs", "list", "one", "two"), "unexpected extra argument"),
        (("runs", "lisst"), "no such command 'lisst'"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(tmp_path, arguments, said):
    run = small_run(tmp_path / "run")
    done = call(runs, *(run if each == "RUN" else each for each in arguments))
    assert done.exit_code == 2
    [line] = done.stderr.strip().splitlines()
    assert line.startswith("nado: ")
    assert said in line


def test_another_kind_of_thing_is_named(tmp_path):
    run, net = small_run(tmp_path / "run"), card(tmp_path / "n.net", "nado-network/1")
    model = card(tmp_path / "t.twin", "nado-twin/3")
    for arguments, said in (
        ((twin, "twin", "evaluate", net, run), "n.net is a network; expected a twin"),
        ((twin, "twin", "evaluate", model, net), "n.net is a network; expected a run"),
        ((twin, "twin", "fit", model, "--out", tmp_path / "x"), "t.twin is a twin; expected a run"),
        ((runs, "runs", "show", model), "t.twin is a twin; expected a run"),
        ((twin, "twin", "evaluate", tmp_path / "no.twin", run), "no.twin does not exist; expected a twin"),
    ):
        assert str(call(*arguments).exception).endswith(said)


def test_force_moves_what_is_there_to_the_trash(tmp_path):
    run, out = small_run(tmp_path / "run"), tmp_path / "run.npz"
    out.write_text("earlier")
    assert "exists already" in str(call(runs, "runs", "export", run, "--out", out).exception)
    done = call(runs, "runs", "export", run, "--out", out, "--force")
    assert done.exit_code == 0
    assert "moved to" in done.stderr
    [kept] = (tmp_path / ".nado-trash").iterdir()
    assert kept.read_text() == "earlier"
    assert "exists already" in str(call(runs, "runs", "export", run, "--out", out).exception)


def test_force_does_not_touch_what_it_is_to_read_or_folders_of_others(tmp_path):
    run = small_run(tmp_path / "run")
    done = call(measure, "measure", "characterise", "--setup", tmp_path, "--out", tmp_path, "--force")
    assert "is what is to be read" in done.stderr
    (tmp_path / "mine").mkdir()
    done = call(runs, "runs", "export", run, "--out", tmp_path / "mine", "--force")
    assert done.exception
    assert (tmp_path / "mine").exists()


def test_a_reader_that_leaves_is_no_error():
    code = "from nado_lab.lab.cli import main; import sys; sys.argv = ['nado', 'protocols']; main()"
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ
    )
    child.stdout.close()
    said = child.stderr.read()
    child.stderr.close()
    assert (child.wait(60), said) == (0, b"")


def test_every_group_is_told_in_one_way():
    assert issubclass(type(__import__("typer").main.get_command(_app())), Commands)


def _app():
    from nado_lab.lab.cli import app

    commands.register(app)
    return app
