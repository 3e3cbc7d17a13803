import pytest
from nado_lab.instruments import LimitError, load_setup
from nado_lab.instruments.drivers import SafeDriver, driver_class
from nado_lab.instruments.setups.families import preset_files
from nado_lab.instruments.setups.role_limits import left_out, limits_of


@pytest.mark.parametrize(
    ("driver", "words"),
    [
        ("kepco_bop", ["max_amperes", "max_volts", "slew_amperes_per_s"]),
        ("sr860", ["max_volts"]),
        ("ni_digitiser", ["max_volts"]),
        ("lakeshore335", ["input_number"]),
        ("keithley_dmm6500", []),
    ],
)
def test_the_words_of_a_driver_are_those_of_its_constructors(driver, words):
    assert list(limits_of(driver_class(driver))) == words


def test_the_words_of_a_driver_of_ones_own_count_too():
    class Teslameter(SafeDriver):
        def __init__(self, adapter, max_t=0.3, *, gain=1.0, **kwargs):
            super().__init__(adapter, **kwargs)

    assert limits_of(Teslameter) == {"max_t": 0.3, "gain": 1.0}


def test_what_a_file_does_not_limit_is_found(tmp_path):
    text = preset_files()["sim:nanoring"].read_text(encoding="utf-8")
    assert left_out(load_setup("sim:nanoring")) == {}
    path = tmp_path / "mine.toml"
    path.write_text(text.replace("max_volts = 8.0, ", "", 1).replace("limits = { max_amperes = 2e-3 }", ""))
    found = left_out(load_setup(path))
    assert set(found) == {"supply_x", "source"}
    assert "max_volts left out of [roles.supply_x.limits]" in found["supply_x"]
    assert "max_amperes" in found["source"]


def test_a_current_so_slow_that_nothing_would_ever_be_safe_is_refused():
    with pytest.raises(LimitError, match="more than an hour to 5 A"):
        driver_class("kepco_bop")("GPIB99::6::INSTR", max_amperes=5.0, slew_amperes_per_s=1e-9)
