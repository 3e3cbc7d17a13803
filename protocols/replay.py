"""Play the drives of another run again: the same device later, or another one."""

from nado_lab.protocols.drives import Drives
from nado_lab.protocols.errors import ProtocolError
from nado_lab.protocols.playback import TrialPlan
from nado_lab.protocols.pymeasure_types import text


class Replay(Drives):
    """Play the drives of run `of`, which the application reads and sets as `drive` and `sequence`."""

    must_be_given = ("of",)
    of: str = text("Run whose drives are played")

    def plan(self) -> TrialPlan:
        """Take the drives of the other run."""
        if self.drive is None:
            raise ProtocolError("replay plays the drives of another run: give -p of=RUN")
        return super().plan()
