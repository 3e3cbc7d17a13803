"""Options and arguments that several commands have, each declared once: one word for one thing."""

from pathlib import Path
from typing import Annotated

import typer
from nado_lab.lab.cli import completion
from nado_lab.lab.cli.kinds import NETWORK, RUN, TWIN, require


def _put_aside(force: bool) -> bool:
    """Let an output that exists already be moved to the trash folder beside it."""
    if force:
        from nado_lab.lab.cli.console import note
        from nado_lab.lab.new_output import SET_ASIDE
        from nado_lab.lab.store import set_aside

        SET_ASIDE.set(lambda path: note(f"{path} exists already: moved to {set_aside(path)}"))
    return force


Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Force = Annotated[
    bool,
    typer.Option(
        "--force", callback=_put_aside, help="Move an output that exists already to .nado-trash beside it."
    ),
]
SetupName = Annotated[
    str,
    typer.Option("--setup", "-s", help="A built-in setup or a TOML file.", autocompletion=completion.setups),
]
SetupWord = Annotated[
    str, typer.Argument(metavar="[SETUP]", help="The same as --setup.", autocompletion=completion.setups)
]
Faults = Annotated[list[str] | None, typer.Option("--fault", help="Break a simulated bench: role:fault@n.")]
NewRun = Annotated[str, typer.Option("--out", "-o", help="The new run: a path that does not exist.")]
RunRef = Annotated[
    str,
    typer.Argument(
        help="A run: its path, URL, number or id.",
        callback=require(RUN, there=False),
        autocompletion=completion.runs,
    ),
]
Runs = Annotated[
    list[Path],
    typer.Argument(help="One or several runs.", callback=require(RUN), autocompletion=completion.runs),
]
Folder = Annotated[Path, typer.Option("--folder", help="Where numbers and ids are looked up.")]
Below = Annotated[Path | None, typer.Option("--folder", help="The folder to look below. [default: .]")]
BelowWord = Annotated[Path | None, typer.Argument(metavar="[FOLDER]", help="The same as --folder.")]
TwinFile = Annotated[
    Path,
    typer.Argument(
        help="Twin file of `nado twin fit`.", callback=require(TWIN), autocompletion=completion.twins
    ),
]
NewTwin = Annotated[Path, typer.Option("--out", "-o", help="Twin file to write (name.twin).")]
NetworkFile = Annotated[
    Path,
    typer.Argument(
        help="Network file of `nado network train`.",
        callback=require(NETWORK),
        autocompletion=completion.twins,
    ),
]
NewNetwork = Annotated[Path, typer.Option("--out", "-o", help="Network file to write (name.net).")]
MovedTwins = Annotated[list[Path] | None, typer.Option(help="Twins, where they have moved.")]
TestExamples = Annotated[int | None, typer.Option("--test", min=1, help="First N test examples.")]
Specimen = Annotated[int, typer.Option("--specimen", min=0, help="The specimen of a simulated bench.")]
NoisySpecimen = Annotated[
    int, typer.Option("--specimen", min=0, help="Specimen and noise of a simulated bench.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Decides what is drawn at random by the command.")]
Compute = Annotated[
    str, typer.Option("--device", help="Where torch computes: cpu, cuda, cuda:N or mps.", show_default=True)
]
OtherTiming = Annotated[
    bool, typer.Option("--other-timing", help="Steps may come more or less often than the twin's.")
]
OtherDevice = Annotated[
    bool, typer.Option("--other-device", help="The device may be another than the twin's.")
]


def one_setup(option: str, word: str, example: str = "sim:nanoring") -> str:
    """Return the setup that was named, by the option or as a word; one of them."""
    from nado_lab.lab.errors import LabError

    if option and word and option != word:
        raise LabError(f"two setups are named, --setup {option} and {word}; one is enough")
    if not (option or word):
        raise LabError(f"say which setup: --setup {example}, or a TOML file (see `nado setups`)")
    return option or word


def one_folder(option: Path | None, word: Path | None) -> Path:
    """Return the folder that was named, by the option or as a word; the current one where none was."""
    from nado_lab.lab.errors import LabError

    if option and word and option != word:
        raise LabError(f"two folders are named, --folder {option} and {word}; one is enough")
    return option or word or Path()
