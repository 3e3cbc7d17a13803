"""What drivers share that use one channel of an instrument of several and leave the others alone."""

from typing import Any

from nado_lab.instruments.drivers.base import SafeDriver


class OneChannel(SafeDriver):
    """Put the channel where commands say ``{ch}``."""

    _channel = ""

    def write(self, command: str, **kwargs: Any) -> None:
        """Send a command, to the channel that is meant."""
        super().write(command.replace("{ch}", self._channel), **kwargs)
