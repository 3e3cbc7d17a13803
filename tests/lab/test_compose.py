from pathlib import Path

import numpy as np
import pytest
from nado_lab.instruments.setups.families import preset_files
from nado_lab.lab.compose import (
    fault_kinds,
    noise_seed_of,
    open_named_bench,
    open_named_setup,
    simulate_ice,
    simulated_bench,
)
from nado_lab.lab.errors import LabError

DRIVE = np.full((1, 4, 1), 0.2)


def answer(name, **seeds):
    with open_named_setup(name, **seeds) as setup:
        return setup.respond(DRIVE)


@pytest.fixture
def small_ice(tmp_path):
    from nado_lab.instruments import load_setup

    config = load_setup("sim:asvi-ms")
    spectrum = config.spectrum.model_copy(update={"points": 12, "start_hz": 7e9, "stop_hz": 10e9})
    file = tmp_path / "ice.toml"
    file.write_text(config.model_copy(update={"spectrum": spectrum}).to_toml())
    return str(file)


@pytest.mark.parametrize("name", ["sim:nanoring", "ice"])
def test_the_noise_has_a_seed_of_its_own(name, small_ice):
    name = small_ice if name == "ice" else name
    usual, other = answer(name, specimen=2), answer(name, specimen=2, noise_seed=5)
    np.testing.assert_array_equal(answer(name, specimen=2), usual)
    np.testing.assert_array_equal(answer(name, specimen=2, noise_seed=5), other)
    assert not np.allclose(other, usual, rtol=1e-6, atol=0)
    assert not np.allclose(answer(name, specimen=2, noise_seed=6), other, rtol=1e-6, atol=0)


def test_another_noise_is_the_same_specimen(small_ice):
    spectra = {}
    for seeds in ((2, 5), (2, 6), (3, 5)):
        with open_named_bench(small_ice, specimen=seeds[0], noise_seed=seeds[1]) as (_, bench):
            spectra[seeds] = bench.world.sample.spectrum()
    np.testing.assert_array_equal(spectra[2, 5], spectra[2, 6])
    assert not np.allclose(spectra[2, 5], spectra[3, 5])


def test_noise_follows_what_is_measured():
    assert noise_seed_of("deploy", b"weights") == noise_seed_of("deploy", b"weights")
    assert noise_seed_of("deploy", b"weights") != noise_seed_of("validate", b"weights")


def test_a_setup_says_which_simulated_specimen_it_is(small_ice, tmp_path):
    with open_named_bench(small_ice) as (_, bench):
        assert bench is not None
        assert bench.world.sample.preset == "MS"
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(Path(small_ice).read_text().replace('preset = "MS"', 'presets = "MS"'))
    no_presets = r"\[simulation\].*no option 'presets' of a simulated asvi bench; it has preset, size, run"
    with pytest.raises(LabError, match=no_presets), open_named_setup(str(wrong)):
        pass
    wrong.write_text(wrong.read_text().replace('visa_library = "sim"', 'visa_library = "@py"'))
    with pytest.raises(LabError, match="simulation"), open_named_setup(str(wrong)):
        pass


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("preset", "XX", "no preset 'XX'; there are MS, WM, PW"),
        ("size", "ten", "size = 'ten': expected a whole number"),
        ("lockin", "sr1", "no lock-in 'sr1'; there are sr860, sr830"),
    ],
)
def test_a_wrong_value_in_simulation_says_what_is_expected(option, value, message):
    with pytest.raises(LabError, match=message):
        simulated_bench("asvi", **{option: value})


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("seed = 1", "no option 'seed'"),
        ("clock = 1", "no option 'clock'"),
        ('kind = "asvi"', "no option 'kind'"),
        ("sample = 1", "no option 'sample'"),
        ("size = 1000000", "size = 1000000: expected a whole number, 1 to 300"),
        ("noise_seed = -1", "noise_seed = -1: expected a whole number"),
        ("white_v = nan", "white_v = nan: expected a number"),
    ],
)
def test_a_simulation_of_a_file_reaches_no_constructor_unseen(tmp_path, option, message):
    preset = preset_files()["sim:nanoring"].read_text(encoding="utf-8")
    (tmp_path / "own.toml").write_text(f"{preset}\n[simulation]\n{option}\n")
    with (
        pytest.raises(LabError, match=rf"\[simulation\].*{message}"),
        open_named_setup(str(tmp_path / "own.toml")),
    ):
        pass


def test_an_unknown_preset_of_an_ice_says_which_there_are():
    with pytest.raises(LabError, match="no preset 'XX'; there are MS, WM, PW"):
        simulate_ice("XX", [200.0], seed=0)


def test_a_fault_of_a_role_that_the_setup_lacks_names_those_it_has():
    with pytest.raises(LabError) as refused, open_named_setup("sim:nanoring", faults=["toaster:timeout"]):
        pass
    named = str(refused.value).split(" has ")[1].split(", ")
    assert {f"sim:nanoring {role}" for role in named} <= set(fault_kinds())


def test_faults_are_known_for_every_simulated_setup():
    assert "timeout" in fault_kinds()["sim:asvi-ms supply"]
