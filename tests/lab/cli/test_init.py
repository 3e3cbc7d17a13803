"""`nado init`: a file that loads, by options and by questions."""

import pytest
from nado_lab.instruments import builtin_setups, load_setup
from nado_lab.lab.cli import bench, init
from typer.testing import CliRunner

from tests.lab.cli.command_line import call


@pytest.mark.parametrize("preset", sorted(builtin_setups()))
def test_what_begins_with_a_preset_is_that_setup(tmp_path, preset):
    done = call(init, "init", "--like", preset, "--out", tmp_path / "bench.toml", "--name", "mine")
    assert done.exit_code == 0, done.output
    assert load_setup(tmp_path / "bench.toml") == load_setup(preset).model_copy(update={"name": "mine"})


def test_a_new_file_passes_nado_check(tmp_path):
    call(init, "init", "--like", "sim:memristor-smu", "--out", tmp_path / "bench.toml")
    assert call(bench, "check", tmp_path / "bench.toml").exit_code == 0


def test_options_change_what_is_different(tmp_path):
    options = ["--visa", "@py", "--sample", "ring 7", "--address", "supply_x=GPIB0::3::INSTR"]
    options += ["--window", "field=2:3", "--limit", "supply_x.max_amperes=1.5"]
    done = call(init, "init", "--like", "sim:nanoring", "-o", tmp_path / "bench.toml", *options)
    assert done.exit_code == 0, done.output
    config = load_setup(tmp_path / "bench.toml")
    assert (config.visa_library, config.sample) == ("@py", "ring 7")
    assert config.roles["supply_x"].address == "GPIB0::3::INSTR"
    assert config.roles["supply_x"].limits["max_amperes"] == 1.5
    assert config.roles["supply_x"].limits["max_volts"] == 8.0
    assert (config.ports[0].low, config.ports[0].high) == pytest.approx((2e-3, 3e-3))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "there is nobody to ask"),
        (("--like", "sim:no"), "no setup 'sim:no'"),
        (("--like", "sim:nanoring", "--address", "supply"), "--address 'supply': expected, for example"),
        (("--like", "sim:nanoring", "--address", "magnet=GPIB0::3"), "no role 'magnet'; expected one of"),
        (("--like", "sim:nanoring", "--window", "field=3"), "expected LOW:HIGH"),
        (("--like", "sim:nanoring", "--window", "light=3:4"), "no port 'light'"),
        (("--like", "sim:nanoring", "--limit", "supply_x=3"), "expected, for example, --limit"),
        (("--like", "sim:nanoring", "--limit", "supply_x.colour=3"), "has no limit 'colour'"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path, options, said):
    done = call(init, "init", "--out", tmp_path / "bench.toml", *options)
    assert said in str(done.exception)
    assert not (tmp_path / "bench.toml").exists()


def test_questions_are_asked_and_enter_takes_what_is_there(tmp_path, monkeypatch):
    import typer
    from nado_lab.lab.cli import init_questions
    from nado_lab.lab.workflow.new_setup import NewSetup, new_setup

    app = typer.Typer()

    @app.command()
    def ask():
        new_setup(init_questions.asked(NewSetup("sim:nanoring")), tmp_path / "bench.toml")

    answers = ["", "mine", "", "sim", "2", "", "1.5", "", "", "", "", ""]
    done = CliRunner().invoke(app, [], input="\n".join(answers) + "\n" * 10)
    assert done.exit_code == 0, (done.output, done.exception)
    config = load_setup(tmp_path / "bench.toml")
    assert config.name == "mine"
    assert config.ports[0].low == pytest.approx(2e-3)
    assert "field at drive -1, in mT" in done.output
