"""Lake Shore 425 gaussmeter; a reading beyond the range is ``OL``.

Dialect: Model 425 User's Manual, chapter 5.
"""

from typing import ClassVar

from nado_lab.sim_backend.scpi import ScpiDevice, command, number

_INTEGER = "{:.0f}".format
_RANGE_T = {1: 35e-4, 2: 350e-4, 3: 3500e-4, 4: 35000e-4}
_PER_TESLA = {1: 1e4, 2: 1.0, 3: 1e4, 4: 1e4 * 79.5774715}


class LakeShore425(ScpiDevice):
    """Read the field at the probe, with the probe's zero offset and noise."""

    identity = "LSCI,MODEL425,LSA12AB,1.2"
    reply_s = 0.01
    faults: ClassVar = ScpiDevice.faults | {"overload"}
    settings = (
        number("UNIT", "unit", 1, 1, 4, _INTEGER),
        number("RANGE", "range", 3, 1, 4, _INTEGER),
    )

    def __init__(self, clock, world, noise):
        super().__init__(clock)
        self.world, self.noise = world, noise
        self.mode = "1,1,1"

    @command("RDGFIELD?")
    def _reading(self) -> str:
        tesla = float(self.world.field_at_probe()) + float(self.noise())
        if self.overloaded or abs(tesla) > _RANGE_T[int(self.get("range"))]:
            return "OL"
        return f"{tesla * _PER_TESLA[int(self.get('unit'))]:+.5E}"

    @command("RDGMODE")
    def _set_mode(self, *parts: bytes) -> None:
        self.mode = b",".join(parts).decode()

    @command("RDGMODE?")
    def _get_mode(self) -> str:
        return self.mode

    @command("AUTO", "ZPROBE")
    def _accept(self) -> None:
        """Accept: neither changes what the bench simulates."""
