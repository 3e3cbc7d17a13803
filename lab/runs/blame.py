"""Whose fault it was: only what an experiment itself got wrong leaves the bench fit for the next one."""

from nado_lab.instruments import LimitError
from nado_lab.protocols import ProtocolError


def is_of_the_experiment(error: BaseException) -> bool:
    """Say whether an experiment was refused for its own parameters: nothing was sent that could have harmed.

    Of anything else (an interlock, a lost instrument, a full disk, a mistake in a program) nobody knows
    whether the next experiment would fare better: a queue is held until a person has looked.
    """
    return isinstance(error, ProtocolError | LimitError)
