"""Test this checkout and no other; load pytest-qt only where Qt's system libraries are."""

from pathlib import Path

import nado_lab
import pytest

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
    stale = [path for room in ROOMS for path in (CHECKOUT / room).rglob("*.py") if _differs(path, installed)]
    if stale:
        first = stale[0].relative_to(CHECKOUT)
        pytest.exit(
            f"the installed nado_lab ({installed}) is not this checkout: {len(stale)} files differ or "
            f"are missing, {first} first; run `pip install -e .` (again after a file was added or moved)",
            returncode=4,
        )


def _differs(path: Path, installed: Path) -> bool:
    inside = path.relative_to(CHECKOUT)
    if inside.parts[:2] == ("lab", "package"):
        inside = Path(path.name)
    other = installed / inside
    return not other.is_file() or (not other.samefile(path) and other.read_bytes() != path.read_bytes())
