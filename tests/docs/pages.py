"""The code blocks of a page of docs/, and how they are run: in order, in one process, in one folder.

Rules, which a reader can see on the page: a block whose first line is `# name.py` or `# name.toml` is saved
under that name; one whose first line starts with `# not run` is left out, and says why; python is executed;
of bash, every line must be a `nado` command, `# exit status 1` behind it says that it is meant to fail.
"""

import re
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer
from nado_lab.lab.cli import commands
from typer.testing import CliRunner

DOCS = Path(__file__).parents[2] / "docs"
_FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"^# ([\w-]+\.(?:py|toml))\b")
_STATUS = re.compile(r"# exit status (\d+)")


@dataclass(frozen=True)
class Block:
    """One fenced block: its language and its text."""

    language: str
    text: str

    @property
    def first_line(self) -> str:
        """Return the line that may say what to do with the block."""
        return self.text.split("\n", 1)[0]

    @property
    def file_name(self) -> str:
        """Return the name under which the block is saved, if it is."""
        found = _FILE.match(self.first_line)
        return found[1] if found else ""

    @property
    def left_out(self) -> bool:
        """Tell whether the block says that it is not run."""
        return self.first_line.startswith("# not run")


def blocks(page: Path) -> list[Block]:
    """Find the fenced blocks of a page."""
    return [Block(*found) for found in _FENCE.findall(page.read_text(encoding="utf-8"))]


def run_page(page: Path, show: Callable[[str], None] = lambda said: None) -> None:
    """Run the blocks of a page in the current folder; `show` gets what the commands print."""
    app, scope = _application(), {"__name__": "page"}
    for block in blocks(page):
        if block.left_out:
            continue
        if block.file_name:
            Path(block.file_name).write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            exec(compile(block.text, page.name, "exec"), scope)  # noqa: S102  (our own pages)
        elif block.language == "bash":
            for line in _lines(block.text):
                show(_run_line(app, line))


def _application() -> typer.Typer:
    app = typer.Typer()
    commands.register(app)
    return app


def _lines(text: str) -> list[str]:
    joined = text.replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def _run_line(app: typer.Typer, line: str) -> str:
    expected = int(found[1]) if (found := _STATUS.search(line)) else 0
    program, *arguments = shlex.split(line, comments=True)
    if program != "nado":
        raise ValueError(
            f"only nado commands can be run here, not {line!r}; start the block with '# not run'"
        )
    done = CliRunner().invoke(app, arguments, prog_name="nado")
    told = getattr(done.exception, "for_people", False)
    if done.exit_code != expected:
        raise AssertionError(f"{line}\nended with {done.exit_code}: {done.exception!r}\n{done.output}")
    return f"$ {line}\n{done.output}" + (f"nado: {done.exception}\n" if told else "")


if __name__ == "__main__":
    run_page(Path(sys.argv[1]).resolve(), print)
