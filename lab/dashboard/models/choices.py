"""What the panels offer to choose from; read in a thread, because torch takes seconds to import."""

import dataclasses
import inspect
import logging
from collections.abc import Callable

log = logging.getLogger(__name__)


def fit_numbers() -> dict[str, int | None]:
    """Give the numbers of steps and the seed of a fit with their defaults; None is chosen by the method."""
    from nado_lab.twin import FitSettings

    defaults = {each.name: getattr(FitSettings, each.name, None) for each in dataclasses.fields(FitSettings)}
    return {name: value for name, value in defaults.items() if name.endswith("_steps") or name == "seed"}


def fit_methods() -> tuple[str, ...]:
    """Name the methods of fitting."""
    from nado_lab.twin import Method

    return tuple(Method)


def trainable_tasks() -> tuple[str, ...]:
    """Name the tasks whose loader can be called without arguments."""
    from nado_lab.network import TaskError
    from nado_lab.network.tasks.catalogue import TASKS

    found = []
    for name in TASKS:
        try:
            loader = TASKS.load(name)
        except TaskError as error:  # a plug-in's
            log.warning("left out: %s", error)
            continue
        if not _needed(loader):
            found.append(name)
    return tuple(found)


def variants() -> tuple[str, ...]:
    """Name the variants of training."""
    from nado_lab.network import Variant

    return tuple(Variant)


def _needed(loader: Callable[..., object]) -> list[str]:
    parameters = inspect.signature(loader).parameters.values()
    return [p.name for p in parameters if p.default is p.empty and p.kind is not p.VAR_KEYWORD]
