"""Losses and held-out scores of a fit as TensorBoard's event files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from nado_lab.lab.errors import LabError
from nado_lab.twin.observer import Progress

CURVES = ("loss", "held_out", "best")


@contextmanager
def tensorboard_log(folder: Path) -> Iterator[Callable[[Progress], None]]:
    """Give a subscriber of a fit's progress that writes one curve a phase and figure into `folder`."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise LabError(
            f"--tensorboard needs the package tensorboard ({error}): pip install 'nado-lab[tensorboard]'"
        ) from error
    with closing(SummaryWriter(str(folder))) as writer:

        def log(progress: Progress) -> None:
            for name in CURVES:
                if name in progress.figures:
                    step = int(progress.figures["step"])
                    writer.add_scalar(f"{progress.doing}/{name}", progress.figures[name], step)

        yield log
