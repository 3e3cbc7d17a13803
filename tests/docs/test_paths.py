"""What pages call by a path or a dotted name is there."""

import re
from importlib import import_module

import pytest

from tests.docs.pages import DOCS

ROOT = DOCS.parent
PAGES = [
    *sorted(DOCS.rglob("*.md")),
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *ROOT.glob("examples/*.md"),
]
ROOMS = "lab|twin|network|instruments|protocols|sim_backend|benchmarks|tests|docs|examples"
PATH = re.compile(rf"(?<![\w/.:-])((?:{ROOMS})/[\w/.-]*\w/?|(?:{ROOMS})/)(?![\w*<])")
MEMBER = re.compile("NAME|FAMILY")  # of a member that is to be added; its folder is there
NAME = re.compile(r"\bnado_lab(?:\.\w+)+")


def resolves(name):
    """Tell whether a dotted name is a module, or something in one."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = import_module(".".join(parts[:end]))
        except ImportError:
            continue
        for part in parts[end:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_paths_and_names_are_there(page):
    text = page.read_text(encoding="utf-8")
    paths = {found for found in PATH.findall(text) if not (ROOT / MEMBER.split(found)[0]).exists()}
    names = {found for found in NAME.findall(text) if not resolves(found)}
    assert paths | names == set()
