from pathlib import Path

import numpy as np
import pytest

from lab.compose import fault_kinds, noise_seed_of, open_named_bench, open_named_setup
from lab.errors import LabError

DRIVE = np.full((1, 4, 1), 0.2)


def answer(name, **seeds):
    with open_named_setup(name, **seeds) as setup:
        return setup.respond(DRIVE)


@pytest.fixture
def small_ice(tmp_path):
    from instruments import load_setup

    config = load_setup("sim:asvi-ms")
    spectrum = config.spectrum.model_copy(update={"points": 12, "start_hz": 7e9, "stop_hz": 10e9})
    file = tmp_path / "ice.toml"
    file.write_text(config.model_copy(update={"spectrum": spectrum}).to_toml())
    return str(file)


@pytest.mark.parametrize("name", ["sim:nanoring", "ice"])
def test_the_noise_has_a_seed_of_its_own(name, small_ice):
    name = small_ice if name == "ice" else name
    usual, other = answer(name, seed=2), answer(name, seed=2, noise_seed=5)
    np.testing.assert_array_equal(answer(name, seed=2), usual)
    np.testing.assert_array_equal(answer(name, seed=2, noise_seed=5), other)
    assert not np.allclose(other, usual, rtol=1e-6, atol=0)
    assert not np.allclose(answer(name, seed=2, noise_seed=6), other, rtol=1e-6, atol=0)


def test_another_noise_is_the_same_specimen(small_ice):
    spectra = {}
    for seeds in ((2, 5), (2, 6), (3, 5)):
        with open_named_bench(small_ice, seed=seeds[0], noise_seed=seeds[1]) as (_, bench):
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
    with pytest.raises(LabError, match="presets"), open_named_setup(str(wrong)):
        pass
    wrong.write_text(wrong.read_text().replace('visa_library = "sim"', 'visa_library = "@py"'))
    with pytest.raises(LabError, match="simulation"), open_named_setup(str(wrong)):
        pass


def test_faults_are_known_for_every_simulated_setup():
    assert "timeout" in fault_kinds()["sim:asvi-ms supply"]
