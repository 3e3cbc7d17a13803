"""Networks of devices: connectivity, training through twins, tasks and baselines."""

from nado_lab.network.build import build
from nado_lab.network.device import Device, TwinDevice
from nado_lab.network.device_network import DeviceNetwork
from nado_lab.network.environments import (
    Environment,
    EnvironmentChoice,
    environment_names,
    load_environment,
)
from nado_lab.network.errors import NetworkError, NetworkFileError, TaskError
from nado_lab.network.files import LoopRound, NetworkCard, NetworkScores, Refinement, SavedNetwork, load, save
from nado_lab.network.run import LayerTrace, RunOptions, step_layer
from nado_lab.network.spec import LayerSpec, NetworkSpec, StepReadout
from nado_lab.network.tasks import Examples, Metric, Task, TaskChoice, load_task, task_names
from nado_lab.network.training import (
    Checkpoint,
    Method,
    PhysicsAware,
    TrainSettings,
    Variant,
    answer,
    fit_readout,
    fit_reservoir,
    score_answers,
    score_on_twins,
    train,
)
from nado_lab.network.transfer_gap import (
    TransferGap,
    gap_of,
    gap_text,
    transfer_gap,
    wilson_interval,
)
from nado_lab.network.trial import NetworkTrial, Stepper

__all__ = [
    "Checkpoint",
    "Device",
    "DeviceNetwork",
    "Environment",
    "EnvironmentChoice",
    "Examples",
    "LayerSpec",
    "LayerTrace",
    "LoopRound",
    "Method",
    "Metric",
    "NetworkCard",
    "NetworkError",
    "NetworkFileError",
    "NetworkScores",
    "NetworkSpec",
    "NetworkTrial",
    "PhysicsAware",
    "Refinement",
    "RunOptions",
    "SavedNetwork",
    "StepReadout",
    "Stepper",
    "Task",
    "TaskChoice",
    "TaskError",
    "TrainSettings",
    "TransferGap",
    "TwinDevice",
    "Variant",
    "answer",
    "build",
    "environment_names",
    "fit_readout",
    "fit_reservoir",
    "gap_of",
    "gap_text",
    "load",
    "load_environment",
    "load_task",
    "save",
    "score_answers",
    "score_on_twins",
    "step_layer",
    "task_names",
    "train",
    "transfer_gap",
    "wilson_interval",
]
