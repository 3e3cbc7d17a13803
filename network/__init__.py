"""Networks of devices: connectivity, training through twins, tasks and baselines."""

from network.baselines import fit_reservoir
from network.build import build
from network.device import Device, TwinDevice
from network.device_network import DeviceNetwork
from network.errors import NetworkError, NetworkFileError, TaskError
from network.files import SavedNetwork, load, save
from network.readout_fit import fit_readout
from network.spec import LayerSpec, NetworkSpec, StepReadout
from network.tasks import Examples, Metric, Task, load_task, task_names
from network.training import (
    Checkpoint,
    Method,
    PhysicsAware,
    TrainSettings,
    Variant,
    answer,
    score_answers,
    score_on_twins,
    train,
)

__all__ = [
    "Checkpoint",
    "Device",
    "DeviceNetwork",
    "Examples",
    "LayerSpec",
    "Method",
    "Metric",
    "NetworkError",
    "NetworkFileError",
    "NetworkSpec",
    "PhysicsAware",
    "SavedNetwork",
    "StepReadout",
    "Task",
    "TaskError",
    "TrainSettings",
    "TwinDevice",
    "Variant",
    "answer",
    "build",
    "fit_readout",
    "fit_reservoir",
    "load",
    "load_task",
    "save",
    "score_answers",
    "score_on_twins",
    "task_names",
    "train",
]
