"""Readings that are no readings: what instruments send for infinity, or for no number, gets a name.

SCPI-99 (volume 1, section 7.2.1.4) has 9.9E37 for infinity, -9.9E37 for its negative and 9.91E37 for "not a
number". Rohde & Schwarz (SMC100A), Agilent (N1911A, 54620A) and Anritsu say the same of theirs in their
programming manuals; Keithley's source-meters send either where a reading exceeds the range.
"""

from typing import TypeVar

import numpy as np
from nado_lab.instruments.errors import OverloadError, ReplyError
from nado_lab.outliers import OVERFLOW

Values = TypeVar("Values", float, np.ndarray)


def checked(name: str, values: Values, what: str) -> Values:
    """Return measured values of the instrument ``name``; ``what`` they are of is named in the error.

    OverloadError for infinity and what stands for it, ReplyError for NaN.
    """
    sizes = np.atleast_1d(np.abs(values))
    if np.any(sizes >= OVERFLOW):
        read = float(sizes[sizes >= OVERFLOW][0])
        raise OverloadError(f"{name}: {what} exceeds the range (it reads {read:g}); take a larger one")
    if np.any(np.isnan(sizes)):
        raise ReplyError(f"{name}: {what} is no number; measure again")
    return values
