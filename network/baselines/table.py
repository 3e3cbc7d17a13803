"""All baselines of a task in one table."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial

from nado_lab.network.baselines.echo_state import LEAST_NODES, echo_state_baseline
from nado_lab.network.baselines.gru import gru_baseline
from nado_lab.network.baselines.linear import linear_baselines
from nado_lab.network.baselines.row import BaselineScore
from nado_lab.network.baselines.single_device import single_device_baseline
from nado_lab.network.device import TwinDevice
from nado_lab.network.device_network import DeviceNetwork
from nado_lab.network.tasks.task import Task
from nado_lab.observer import Observer, Progress


@dataclass(frozen=True)
class BaselineSize:
    """How large the baselines are: nodes of the echo-state network, parameters of the GRU.

    Device and echo-state network are read through as many `windows` (classes). With `delays` (series) raw
    input and echo-state network are scored once more, with so many steps before each.
    """

    nodes: int
    parameters: int
    windows: int = 4
    delays: int = 0

    @classmethod
    def of(cls, network: DeviceNetwork) -> "BaselineSize":
        """Return the size of a network of devices."""
        spec = network.spec
        delays = max(spec.delays, spec.readout_delays)
        return cls(network.node_count, network.parameter_count, spec.windows, delays)


def baselines(
    task: Task,
    size: BaselineSize,
    *,
    twin: TwinDevice | None = None,
    seed: int = 0,
    gru_epochs: int = 30,
    observer: Observer | None = None,
) -> list[BaselineScore]:
    """Score the raw input read linearly, one device, an echo-state network and a GRU of this size.

    The single device needs its twin, and is left out without one.
    """
    delays = 0 if task.is_classification else size.delays
    echo = partial(echo_state_baseline, task, max(size.nodes, LEAST_NODES), seed, size.windows)
    works: list[Callable[[], BaselineScore]] = [
        *(partial(echo, count) for count in sorted({0, delays})),
        partial(gru_baseline, task, size.parameters, gru_epochs, seed),
    ]
    if twin is not None:
        works.insert(0, partial(single_device_baseline, task, twin, seed, size.windows))
    rows, observer = linear_baselines(task, delays), observer or Observer()
    for number, work in enumerate(works, start=1):
        observer.check()
        rows.append(work())
        observer.progress(Progress("baselines", number / len(works), rows[-1].name))
    return rows


def as_rows(scores: list[BaselineScore]) -> list[dict[str, str | float]]:
    """Return the table as plain data."""
    return [asdict(row) for row in scores]
