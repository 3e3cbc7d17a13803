"""What drivers share that use one channel of an instrument of several and leave the others alone."""

from nado_lab.instruments.drivers.base import SafeDriver


class OneChannel(SafeDriver):
    """Put the channel where commands say ``{ch}``."""

    _channel = ""

    def spelt(self, command: str) -> str:
        """Return a command as it goes out, to the channel that is meant."""
        return command.replace("{ch}", self._channel)
