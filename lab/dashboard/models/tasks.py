"""Which tasks the network panel offers: those that need no file of one's own."""

import inspect


def trainable_tasks() -> tuple[str, ...]:
    """Name the tasks whose loader can be called without arguments."""
    from network.tasks.catalogue import TASKS

    return tuple(name for name, loader in TASKS.items() if not _needed(loader))


def _needed(loader: object) -> list[str]:
    parameters = inspect.signature(loader).parameters.values()  # type: ignore[arg-type]
    return [p.name for p in parameters if p.default is p.empty and p.kind is not p.VAR_KEYWORD]
