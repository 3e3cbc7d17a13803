"""The SCPI status registers beside the IEEE 488.2 ones: their condition, and what of it is enabled."""

from nado_lab.sim_backend.scpi.device import ScpiDevice, command


class StatusRegisters(ScpiDevice):
    """Answer STATus:MEASurement, STATus:OPERation and STATus:QUEStionable."""

    def __init__(self, clock):
        super().__init__(clock)
        self._enabled = {"MEAS": 0, "OPER": 0, "QUES": 0}

    def condition(self, register: str) -> int:
        """Return the condition of a register, ``MEAS``, ``OPER`` or ``QUES``, at the present bench time."""
        return 0

    @command("STATus:MEASurement:CONDition?", "STATus:MEASurement[:EVENt]?")
    def _measurement(self) -> str:
        return str(self.condition("MEAS"))

    @command("STATus:OPERation:CONDition?", "STATus:OPERation[:EVENt]?")
    def _operation(self) -> str:
        return str(self.condition("OPER"))

    @command("STATus:QUEStionable:CONDition?", "STATus:QUEStionable[:EVENt]?")
    def _questionable(self) -> str:
        return str(self.condition("QUES"))

    @command("STATus:MEASurement:ENABle")
    def _enable_measurement(self, mask: bytes) -> None:
        self._enabled["MEAS"] = int(mask)

    @command("STATus:MEASurement:ENABle?")
    def _enabled_measurement(self) -> str:
        return str(self._enabled["MEAS"])

    @command("STATus:OPERation:ENABle")
    def _enable_operation(self, mask: bytes) -> None:
        self._enabled["OPER"] = int(mask)

    @command("STATus:OPERation:ENABle?")
    def _enabled_operation(self) -> str:
        return str(self._enabled["OPER"])

    @command("STATus:QUEStionable:ENABle")
    def _enable_questionable(self, mask: bytes) -> None:
        self._enabled["QUES"] = int(mask)

    @command("STATus:QUEStionable:ENABle?")
    def _enabled_questionable(self) -> str:
        return str(self._enabled["QUES"])

    @command("STATus:PRESet")
    def _preset(self) -> None:
        self._enabled = dict.fromkeys(self._enabled, 0)
