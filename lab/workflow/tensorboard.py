"""Losses and held-out scores of a fit as TensorBoard's event files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.lab.errors import LabError
from nado_lab.lab.new_output import require_folder
from nado_lab.observer import Observer, Progress

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

CURVES = ("loss", "held_out", "best")


class TensorBoardObserver(Observer):
    """Write one curve a phase of the fit and figure."""

    def __init__(self, writer: SummaryWriter) -> None:
        self._writer = writer

    def progress(self, progress: Progress) -> None:
        """Write down the figures that came."""
        for name in CURVES:
            if name in progress.figures:
                step = int(progress.figures["step"])
                self._writer.add_scalar(f"{progress.doing}/{name}", progress.figures[name], step)


@contextmanager
def tensorboard_log(folder: Path) -> Iterator[TensorBoardObserver]:
    """Give an observer of a fit that writes into `folder`."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise LabError(
            f"--tensorboard needs the package tensorboard ({error}): pip install 'nado-lab[tensorboard]'"
        ) from error
    require_folder(folder, "--tensorboard")
    with closing(SummaryWriter(str(folder))) as writer:
        yield TensorBoardObserver(writer)
