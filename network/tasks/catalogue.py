"""The tasks by name: the only list a new task must be added to, beside plug-ins."""

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path

from nado_lab.network.errors import TaskError
from nado_lab.network.tasks.arrays import user_arrays
from nado_lab.network.tasks.nwb import nwb_recording
from nado_lab.network.tasks.task import Task
from nado_lab.plugins import Registry
from nado_lab.wrong_values import in_words
from pydantic import ValidationError, validate_call

_HERE = "nado_lab.network.tasks"
_BUILT_IN = {
    "temporal-mnist": f"{_HERE}.temporal_mnist:temporal_mnist",
    "pixel-mnist": f"{_HERE}.temporal_mnist:pixel_mnist",
    "mnist-1d": f"{_HERE}.mnist1d:mnist1d",
    "mackey-glass": f"{_HERE}.mackey_glass:mackey_glass",
    "narma-10": f"{_HERE}.narma10:narma10",
    "sine-transform": f"{_HERE}.sines:sine_transform",
    "few-shot-sines": f"{_HERE}.sines:few_shot_sines",
    "japanese-vowels": f"{_HERE}.speech.packaged:japanese_vowels",
    "spoken-digits": f"{_HERE}.speech.spoken_digits:spoken_digits",
    "spoken-digits-mfcc": f"{_HERE}.speech.packaged:spoken_digits_mfcc",
    "reaching": f"{_HERE}.reaching:reaching",
}


_LARGEST = 10**7
_MOST_STEPS = 10**8  # 0.8 GB a feature


def _complaint(_: str, found: object) -> str:
    return "" if callable(found) else f"expected a function that loads a Task, got {found!r}"


FILES: dict[str, Callable[..., object]] = {".npz": user_arrays, ".nwb": nwb_recording}
TASKS = Registry[Callable[..., object]](
    "tasks",
    "task",
    _BUILT_IN,
    complaint=_complaint,
    error=TaskError,
    also=f"a file ending in {', '.join(FILES)}",
)


def task_names() -> tuple[str, ...]:
    """List the tasks that `load_task` knows beside a user's own files."""
    return TASKS.names()


def load_task(name: str, **options: object) -> Task:
    """Load a task by its name, or from a file.npz or file.nwb; `options` are those of its loader."""
    loader, fixed = _loader(name)
    known = [key for key in inspect.signature(loader).parameters if key not in fixed]
    if unknown := sorted(set(options) - set(known)):
        raise TaskError(f"task {name!r} has no option {', '.join(unknown)}; it has {', '.join(known)}")
    _require_bearable(name, loader, options)
    try:
        loaded = validate_call(loader)(**fixed, **options)
    except ValidationError as error:
        first = error.errors()[0]
        raise TaskError(
            f"task {name!r}, {first['loc'][0]} = {first['input']!r}: {in_words(first)}"
        ) from error
    if not isinstance(loaded, Task):
        raise TaskError(f"task {name!r}: its loader must return a Task, not a {type(loaded).__name__}")
    return loaded.single()


def _require_bearable(name: str, loader: Callable[..., object], options: Mapping[str, object]) -> None:
    """Refuse whole numbers that nobody means, before anything is made of them: a card may state any."""
    defaults = {key: each.default for key, each in inspect.signature(loader).parameters.items()}
    sizes = {key: value for key, value in (defaults | {**options}).items() if isinstance(value, int)}
    for key, value in sizes.items():
        if key in options and not -_LARGEST <= value <= (2**63 - 1 if key == "seed" else _LARGEST):
            raise TaskError(f"task {name!r}: {key} is too large; expected at most {_LARGEST}")
    count = (sizes.get("train", 0) + sizes.get("test", 0)) * max(sizes.get("steps", 1), 1)
    if count > _MOST_STEPS:
        raise TaskError(f"task {name!r} would have {count:.1g} steps in all; ask for fewer examples or steps")


def _loader(name: str) -> tuple[Callable[..., object], dict[str, str]]:
    suffix = Path(name).suffix
    if suffix in FILES and name not in TASKS:
        return FILES[suffix], {"path": name}
    return TASKS.load(name), {}
