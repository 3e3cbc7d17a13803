"""The driver of the box, an imaginary instrument: a voltage and a light on its input, two levels to read.

VOLTage <V>, LIGHt <W>, OUTPut ON|OFF, LEVel? -> "<fast>,<slow>" in V, SYSTem:ERRor?
"""

from typing import Any, ClassVar

from nado_lab.instruments.drivers import SafeDriver
from nado_lab.instruments.errors import ReplyError
from nado_lab.instruments.limits import check_all
from pymeasure.instruments import Instrument


class LeakyBox(SafeDriver, Instrument):
    """Hold both inputs and read both levels; `max_volts` and `max_watts` are what the device bears."""

    identity = "ACME,LEAKY"
    units: ClassVar = {"voltage": "V", "light": "W", "output_enabled": ""}

    voltage = Instrument.control("VOLT?", "VOLT %.9g", """Control the voltage in V.""")
    light = Instrument.control("LIGH?", "LIGH %.9g", """Control the light in W.""")
    output_enabled = Instrument.control(
        "OUTP?", "OUTP %d", """Control both outputs.""", values={True: 1, False: 0}, map_values=True
    )

    def __init__(self, adapter: str, *, max_volts: float = 5.0, max_watts: float = 1e-3, **kwargs: Any):
        self.most_volts, self.most_watts = max_volts, max_watts
        super().__init__(adapter, name="ACME LEAKY", includeSCPI=False, read_termination="\n", **kwargs)

    def prepare(self) -> None:
        """Switch on at rest."""
        self.apply(voltage=0.0, light=0.0, output_enabled=True)

    def hold(self, volts: float, watts: float) -> None:
        """Hold both inputs until others come."""
        check_all("voltage", volts, 0.0, self.most_volts, "V", "Narrow the port.")
        check_all("light", watts, 0.0, self.most_watts, "W", "Narrow the port.")
        self.write(f"VOLT {volts:.9g};:LIGH {watts:.9g}")

    def levels(self) -> tuple[float, float]:
        """Read both levels in V."""
        reply = self.ask("LEV?")
        try:
            fast, slow = map(float, reply.split(","))
        except ValueError:
            raise ReplyError(f"{self.name}: expected two numbers to LEV?, got {reply[:40]!r}") from None
        return fast, slow

    def _make_safe(self) -> None:
        self.write("VOLT 0;:LIGH 0;:OUTP 0")
        self._require_off(self.read_back("output_enabled"), "the output")
