"""Test this checkout and no other, without plug-ins or settings of yours; load pytest-qt where Qt is."""

import os
from pathlib import Path

import nado_lab
import pytest
from nado_lab import plugins
from nado_lab.lab.notices.at_work import FOLDER as WORK_FOLDER
from nado_lab.lab.notices.settings import SETTINGS

os.environ[plugins.FOLDER] = ""
os.environ.pop(plugins.FILES, None)
os.environ[SETTINGS] = ""
os.environ[WORK_FOLDER] = ""

CHECKOUT = Path(__file__).parents[1]
ROOMS = ("instruments", "sim_backend", "protocols", "twin", "network", "lab")

try:
    import PyQt6.QtWidgets  # noqa: F401
except ImportError:  # the other rooms' tests must still run
    pytest_plugins: list[str] = []
else:
    pytest_plugins = ["pytestqt.plugin"]


def pytest_sessionstart() -> None:
    """Refuse to test an installed copy that is not what stands in this checkout."""
    installed = Path(nado_lab.__file__).parent
    ours = [path for room in ROOMS for path in (CHECKOUT / room).rglob("*.py")]
    theirs = [path for room in ROOMS for path in (installed / room).rglob("*.py")]
    stale = [path for path in ours if _differs(path, installed)]
    stale += [path for path in theirs if _is_left_over(path, installed)]
    if stale:
        pytest.exit(
            f"the installed nado_lab ({installed}) is not this checkout: {len(stale)} files differ, are "
            f"missing or left over, {stale[0]} first; run `pip install -e .` (again after a file was added "
            "or moved)",
            returncode=4,
        )


def _differs(path: Path, installed: Path) -> bool:
    inside = path.relative_to(CHECKOUT)
    if inside.parts[:2] == ("lab", "package"):
        inside = Path(path.name)
    other = installed / inside
    return not other.is_file() or (not other.samefile(path) and other.read_bytes() != path.read_bytes())


def _is_left_over(path: Path, installed: Path) -> bool:
    """Tell whether a module is in the checkout no more (by a hard link it could still be imported)."""
    return not (CHECKOUT / path.relative_to(installed)).is_file()
