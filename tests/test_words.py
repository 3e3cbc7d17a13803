"""No word of magnetism outside the rooms of the magnetic families: whatever a laboratory has fits in."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WORDS = re.compile(
    r"tesla|oersted|\bcoils?\b|magnet|gaussmeter|\bfmr|field_t\b|\bnanorings?\b|\basvi\b|spin.?vortex", re.I
)
PRESETS = re.compile(r"sim:[\w-]+")  # names of setups, as examples
OF_THE_FAMILIES = {
    "protocols/calibrate_axes.py": "calibration of a rotating field",
    "protocols/calibrate_field.py": "calibration of a field by its supply",
    "protocols/registry.py": "names of the two above",
    "lab/workflow/calibrations.py": "what each family's calibration fits",
    "lab/cli/calibrate.py": "what a rotating field's calibration prints",
    "lab/cli/sim.py": "bare simulations of the samples",
    "lab/cli/vocabulary.py": "older options of the bare simulations",
    "lab/compose.py": "bare simulations of the samples",
    "lab/dashboard/models/simulation.py": "pictures of the samples' inner states",
    "lab/dashboard/views/microstates.py": "pictures of the samples' inner states",
    "lab/dashboard/tour.py": "the tour shows both magnetic benches",
}
FILES = [
    path for room in ("lab", "twin", "network", "protocols") for path in sorted((ROOT / room).rglob("*.py"))
]


def found_in(path):
    lines = enumerate(PRESETS.sub("", path.read_text(encoding="utf-8")).splitlines(), 1)
    return [f"{number}: {line.strip()}" for number, line in lines if WORDS.search(line)]


def test_no_word_of_magnetism_outside_its_rooms():
    names = {path: path.relative_to(ROOT).as_posix() for path in FILES}
    told = {name: found_in(path) for path, name in names.items() if name not in OF_THE_FAMILIES}
    assert {name: lines for name, lines in told.items() if lines} == {}


@pytest.mark.parametrize("name", OF_THE_FAMILIES)
def test_every_exception_is_still_one(name):
    assert found_in(ROOT / name)
