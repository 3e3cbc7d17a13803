"""Every page of docs/ does what it says: its commands and scripts run as they stand."""

import pytest
from nado_lab import plugins

from tests.docs.pages import DOCS, blocks, run_page

PAGES = [
    page for page in sorted(DOCS.glob("*.md")) if any(b.language in ("python", "bash") for b in blocks(page))
]


@pytest.mark.timeout(900)  # seconds of work; but a busy machine took minutes
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_blocks_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(plugins.FILES, "")
    run_page(page)


def test_a_wrong_command_is_noticed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "page.md"
    page.write_text("```bash\nnado check sim:nothing\n```\n")
    with pytest.raises(AssertionError, match="sim:nothing"):
        run_page(page)
    page.write_text("```bash\nrm -r something\n```\n")
    with pytest.raises(ValueError, match="only nado commands"):
        run_page(page)
