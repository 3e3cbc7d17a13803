"""What it takes to make a bench safe without the program that drove it."""

from typing import Self

from nado_lab.instruments import SetupConfig, taken_down
from nado_lab.instruments.setups.config import SerialConfig
from pydantic import BaseModel


class WatchedRole(BaseModel):
    """What it takes to reach one instrument."""

    driver: str
    address: str
    limits: dict[str, float] = {}
    timeout_s: float = 5.0
    serial: SerialConfig | None = None


class WatchedBench(BaseModel):
    """The instruments of a bench, and in which order those that drive something are taken down."""

    visa_library: str
    roles: dict[str, WatchedRole]
    taken_down: list[list[str]]

    @classmethod
    def of(cls, config: SetupConfig) -> Self:
        """Take from a setup's configuration what is common to all kinds."""
        roles = {name: role.model_dump() for name, role in config.roles.items()}
        groups = [list(group) for group in taken_down(config)]
        return cls.model_validate({"visa_library": config.visa_library, "roles": roles, "taken_down": groups})

    @property
    def readers(self) -> list[str]:
        """Name the roles that drive nothing."""
        return [name for name in self.roles if not any(name in group for group in self.taken_down)]
