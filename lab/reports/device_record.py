"""What is told of a device as a reservoir, as it is shown and kept."""

from __future__ import annotations

from dataclasses import dataclass

from nado_lab.lab.json_record import JsonRecord


@dataclass(frozen=True)
class DeviceMetrics(JsonRecord):
    """The figures of one reservoir (`nado_lab.protocols.metrics` and `.capacity` define them).

    `generalisation_rank` is None where no drive was repeated. Of the information processing capacity:
    `capacity_bound` is the number of independent readouts, `capacity_table` degree (1 on) by delay (0 on).
    """

    memory_capacity: float
    capacity_by_lag: tuple[float, ...]
    nonlinearity: float
    kernel_rank: int
    generalisation_rank: int | None
    information_capacity: float
    capacity_bound: int
    capacity_by_degree: tuple[float, ...]
    capacity_by_delay: tuple[float, ...]
    capacity_table: tuple[tuple[float, ...], ...]
