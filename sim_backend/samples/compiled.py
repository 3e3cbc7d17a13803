"""The two ways the samples compile a kernel: what Python calls, and what only kernels call."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable)

_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}


def compiled(kernel: Kernel) -> Kernel:
    """Compile to machine code, kept on disk, without the interpreter lock and without reference counts.

    Kernels only read and write arrays of their caller, so counting references buys nothing.
    """
    return cast(Kernel, numba.njit(**_OPTIONS)(kernel))


def inlined(kernel: Kernel) -> Kernel:
    """Compile as a part of the kernels that call it.

    Handing a tuple of arrays over copies every pointer and shape; inlined it costs nothing. Both together
    are a factor of fifty in the nanoring kernel.
    """
    return cast(Kernel, numba.njit(forceinline=True, **_OPTIONS)(kernel))
