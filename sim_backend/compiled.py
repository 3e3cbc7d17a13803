"""The two ways the samples compile a kernel: what Python calls, and what only kernels call.

The disk cache notices a change in the file of the called kernel only; after changing an inlined part alone,
remove the caches (`*.nbi`) beside it.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable)

_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}
_PART: dict[str, Any] = {"forceinline": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def compiled(kernel: Kernel) -> Kernel:
    """Compile to machine code, kept on disk, without the interpreter lock and without reference counts.

    Kernels only read and write arrays of their caller, so counting references buys nothing.
    """
    return cast(Kernel, numba.njit(cache=True, **_OPTIONS)(kernel))


def inlined(kernel: Kernel) -> Kernel:
    """Compile as a part of the kernels that call it, not to be called from Python.

    Handing a tuple of arrays over copies every pointer and shape; inlined it costs nothing. Both together
    are a factor of fifty in the nanoring kernel.
    """
    return cast(Kernel, numba.njit(**_OPTIONS, **_PART)(kernel))
