"""Options that several commands have, each declared once."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
SetupName = Annotated[str, typer.Option("--setup", "-s", help="A built-in setup or a TOML file.")]
Faults = Annotated[list[str] | None, typer.Option("--fault", help="Break a simulated bench: role:fault@n.")]
NewRun = Annotated[str, typer.Option("--out", "-o", help="The new run: a path that does not exist.")]
RunRef = Annotated[str, typer.Argument(help="A run: its path, URL, number or id.")]
Folder = Annotated[Path, typer.Option("--folder", help="Where numbers and ids are looked up.")]
TwinFile = Annotated[Path, typer.Argument(help="Twin file of `nado twin fit`.")]
NewTwin = Annotated[Path, typer.Option(help="Twin file to write (name.twin).")]
NetworkFile = Annotated[Path, typer.Argument(help="Network file of `nado network train`.")]
NewNetwork = Annotated[Path, typer.Option(help="Network file to write (name.net).")]
MovedTwins = Annotated[list[Path] | None, typer.Option(help="Twins, where they have moved.")]
TestExamples = Annotated[int | None, typer.Option("--test", min=1, help="First N test examples.")]
BenchSeed = Annotated[int, typer.Option(help="The specimen of a simulated bench.")]
NoisySeed = Annotated[int, typer.Option(help="Specimen and noise of a simulated bench.")]
Compute = Annotated[
    str, typer.Option("--device", help="Where torch computes: cpu, cuda, cuda:N or mps.", show_default=True)
]
OtherDevice = Annotated[
    bool, typer.Option("--other-device", help="The device may be another than the twin's.")
]
