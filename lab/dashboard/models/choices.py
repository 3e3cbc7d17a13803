"""What the panels offer to choose from; read in a thread, because torch takes seconds to import."""

import dataclasses
import inspect
from typing import Any


def fit_numbers() -> dict[str, int]:
    """Give the whole numbers among the settings of a fit that the panel offers, with their defaults."""
    from twin import FitSettings

    return {
        each.name: each.default
        for each in dataclasses.fields(FitSettings)
        if isinstance(each.default, int) and (each.name.endswith("_steps") or each.name == "seed")
    }


def trainable_tasks() -> tuple[str, ...]:
    """Name the tasks whose loader can be called without arguments."""
    from network.tasks.catalogue import TASKS

    return tuple(name for name, loader in TASKS.items() if not _needed(loader))


def variants() -> tuple[str, ...]:
    """Name the variants of training."""
    from network import Variant

    return tuple(Variant)


def _needed(loader: Any) -> list[str]:
    parameters = inspect.signature(loader).parameters.values()
    return [p.name for p in parameters if p.default is p.empty and p.kind is not p.VAR_KEYWORD]
