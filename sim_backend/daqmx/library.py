"""The module ``nidaqmx`` of one simulated bench: what the drivers take instead of the real one."""

from collections.abc import Sequence
from functools import partial
from types import SimpleNamespace
from typing import TypeVar

from nado_lab.sim_backend.clock import Clock
from nado_lab.sim_backend.daqmx import errors
from nado_lab.sim_backend.daqmx.channels import DaqChannels
from nado_lab.sim_backend.daqmx.errors import Code, DaqError
from nado_lab.sim_backend.daqmx.task import (
    AcquisitionType,
    Edge,
    TerminalConfiguration,
    VoltageUnits,
)
from nado_lab.sim_backend.daqmx.task import Task as DaqTask

Kind = TypeVar("Kind", bound=DaqChannels)


class Device:
    """`nidaqmx.system.Device` of a simulated bench."""

    def __init__(self, library: "SimulatedDaqmx", name: str):
        self._library, self.name = library, name

    @property
    def product_type(self) -> str:
        """The product's name; DaqError where there is no such device."""
        self._library.require_device(self.name)
        return "SIMULATED-6363"

    @property
    def serial_num(self) -> int:
        """The serial number."""
        self._library.require_device(self.name)
        return 0x51D


class SimulatedDaqmx:
    """`Task`, `constants`, `errors` and `system` over the channels of a bench."""

    def __init__(self, clock: Clock, channels: Sequence[DaqChannels]):
        self.clock, self.channels = clock, tuple(channels)
        self._reserved: dict[int, DaqTask] = {}
        self.errors = errors
        self.constants = SimpleNamespace(
            AcquisitionType=AcquisitionType,
            Edge=Edge,
            TerminalConfiguration=TerminalConfiguration,
            VoltageUnits=VoltageUnits,
        )
        self.system = SimpleNamespace(Device=partial(Device, self))

    def Task(self, new_task_name: str = "") -> DaqTask:
        """Make a task."""
        return DaqTask(self, new_task_name)

    def require_device(self, name: str) -> None:
        """Raise DaqError where no channel belongs to a device of this name, or it is out of reach."""
        own = [each for each in self.channels if each.device == name]
        if not own:
            raise DaqError(f"Device identifier is invalid: {name}.", Code.INVALID_DEVICE_ID)
        own[0].gate.call()

    def reserve(self, task: DaqTask, name: str, kind: type[Kind]) -> Kind:
        """Give the channels of a name to a task."""
        self.require_device(name.split("/")[0])
        for each in self.channels:
            if isinstance(each, kind) and each.address == name:
                if self._reserved.setdefault(id(each), task) is not task:
                    raise DaqError("The specified resource is reserved.", Code.PAL_RESOURCE_RESERVED)
                return each
        raise DaqError(
            f"Physical channel specified does not exist on this device: {name}.",
            Code.PHYSICAL_CHAN_DOES_NOT_EXIST,
        )

    def release(self, task: DaqTask) -> None:
        """Take the channels of a task back."""
        self._reserved = {key: owner for key, owner in self._reserved.items() if owner is not task}
