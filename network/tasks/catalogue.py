"""The tasks by name: the only list a new task must be added to."""

import inspect
from collections.abc import Callable
from pathlib import Path

from nado_lab.network.errors import TaskError
from nado_lab.network.tasks.arrays import user_arrays
from nado_lab.network.tasks.mackey_glass import mackey_glass
from nado_lab.network.tasks.mnist1d import mnist1d
from nado_lab.network.tasks.narma10 import narma10
from nado_lab.network.tasks.nwb import nwb_recording
from nado_lab.network.tasks.reaching import reaching
from nado_lab.network.tasks.sines import few_shot_sines, sine_transform
from nado_lab.network.tasks.task import Task
from nado_lab.network.tasks.temporal_mnist import pixel_mnist, temporal_mnist
from nado_lab.network.tasks.vowels import japanese_vowels
from pydantic import ValidationError, validate_call

TASKS: dict[str, Callable[..., Task]] = {
    "temporal-mnist": temporal_mnist,
    "pixel-mnist": pixel_mnist,
    "mnist-1d": mnist1d,
    "mackey-glass": mackey_glass,
    "narma-10": narma10,
    "sine-transform": sine_transform,
    "few-shot-sines": few_shot_sines,
    "japanese-vowels": japanese_vowels,
    "reaching": reaching,
}
FILES: dict[str, Callable[..., Task]] = {".npz": user_arrays, ".nwb": nwb_recording}


def task_names() -> tuple[str, ...]:
    """List the tasks that `load_task` knows beside a user's own files."""
    return tuple(TASKS)


def load_task(name: str, **options: object) -> Task:
    """Load a task by its name, or from a file.npz or file.nwb; `options` are those of its loader."""
    loader, fixed = _loader(name)
    known = [key for key in inspect.signature(loader).parameters if key not in fixed]
    if unknown := sorted(set(options) - set(known)):
        raise TaskError(f"task {name!r} has no option {', '.join(unknown)}; it has {', '.join(known)}")
    try:
        return validate_call(loader)(**fixed, **options)
    except ValidationError as error:
        first = error.errors()[0]
        raise TaskError(f"task {name!r}, {first['loc'][0]} = {first['input']!r}: {first['msg']}") from error


def _loader(name: str) -> tuple[Callable[..., Task], dict[str, str]]:
    if name in TASKS:
        return TASKS[name], {}
    suffix = Path(name).suffix
    if suffix in FILES:
        return FILES[suffix], {"path": name}
    raise TaskError(f"no task {name!r}; there are {', '.join(TASKS)}, or a file ending in {', '.join(FILES)}")
