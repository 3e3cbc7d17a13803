"""Tasks of plug-ins: taken in any precision, refused where a loader gives something else."""

import pytest
import torch
from nado_lab import plugins
from nado_lab.network import TaskError, load_task, task_names

TASKS = """
import torch
from nado_lab.network import Examples, Metric, Task
from nado_lab.plugins import Plugin

def double(trials: int = 4):
    inputs = torch.zeros(trials, 3, 1, dtype=torch.float64)
    values, classes = Examples(inputs, inputs), Examples(inputs, torch.zeros(trials, dtype=torch.int64))
    return Task("double", Metric.NRMSE, 1, values, classes)

NADO_PLUGIN = Plugin(tasks={"double": double, "none": lambda: None, "number": 3})
"""


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    monkeypatch.setenv(plugins.FILES, "")
    path = tmp_path / "tasks.py"
    path.write_text(TASKS)
    plugins.use_files([path])


def test_values_are_taken_in_single_precision_and_classes_stay():
    task = load_task("double", trials=5)
    assert (task.train.inputs.dtype, task.train.targets.dtype) == (torch.float32, torch.float32)
    assert task.test.targets.dtype == torch.int64
    assert len(task.train) == 5
    assert "double" in task_names()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("none", "'none': its loader must return a Task, not a NoneType"),
        (
            "number",
            r"the task 'number' of .*tasks\.py is broken: expected a function that loads a Task, got 3",
        ),
        ("other", r"no task 'other'; there are .*double.*or a file ending in \.npz, \.nwb"),
    ],
)
def test_what_is_no_task_is_named(name, said):
    with pytest.raises(TaskError, match=said):
        load_task(name)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"train": 10**9}, "train is too large"),
        ({"steps": 10**400}, "steps is too large"),
        ({"seed": 2**70}, "seed is too large"),
        ({"train": 10**6, "steps": 10**6}, "would have 1e[+]12 steps in all"),
    ],
)
def test_a_task_that_no_memory_holds_is_refused_at_once(options, said):
    with pytest.raises(TaskError, match=said):
        load_task("narma-10", **options)
