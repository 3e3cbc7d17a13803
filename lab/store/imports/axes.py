"""What the axes of an array count: as stated, as the file names them, or by the sizes of the drive."""

from collections.abc import Iterator, Mapping

from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports.array_file import FileArray
from nado_lab.lab.store.imports.options import Axis

Axes = tuple[Axis, ...]
_BY_RANK: dict[int, Axes] = {
    1: (Axis.STEP,),
    2: (Axis.SEQUENCE, Axis.STEP),
    3: (Axis.SEQUENCE, Axis.REPEAT, Axis.STEP),
}


def drive_axes(array: FileArray, stated: Axes, where: str) -> Axes:
    """Say what the axes of a drive count: the order is that of the readouts, without what it lacks."""
    if named := _named(array):
        return named
    rank = array.values.ndim
    order = [axis for axis in stated if axis is not Axis.CHANNEL]
    for left_out in (Axis.PORT, Axis.REPEAT, Axis.SEQUENCE):
        if len(order) > rank and left_out in order:
            order.remove(left_out)
    if stated and len(order) == rank:
        return tuple(order)
    if stated or rank not in _BY_RANK:
        told = f" ({', '.join(stated)} are stated)" if stated else ""
        raise StoreError(f"{where} has {rank} axes{told}; say what the readout's axes count with --axes")
    return _BY_RANK[rank]


def readout_axes(
    array: FileArray, drive: Mapping[Axis, int], per_step: int, stated: Axes, where: str
) -> Axes:
    """Say what the axes of a readout count; `drive` are the sizes of its drive's axes."""
    shape = array.values.shape
    if found := _named(array) or _stated(shape, stated):
        _require_fit(found, shape, drive, per_step, where)
        return found
    base = tuple(axis for axis in drive if axis is not Axis.PORT)
    fitting = [axes for axes in _candidates(base) if _fits(axes, shape, drive, per_step)]
    if len(fitting) == 1:
        return fitting[0]
    size, known = " x ".join(map(str, shape)), " x ".join(f"{n} {axis}s" for axis, n in drive.items())
    if fitting:
        told = " or ".join(",".join(axes) for axes in fitting)
        raise StoreError(f"{where} ({size}) can be read in several ways: say --axes {told}")
    raise StoreError(
        f"{where} ({size}) does not fit the drive ({known}): say what its axes count with --axes, "
        f"in order, of {', '.join(Axis)}"
    )


def _named(array: FileArray) -> Axes:
    known = set(Axis)
    return tuple(map(Axis, array.axes)) if array.axes and set(array.axes) <= known else ()


def _stated(shape: tuple[int, ...], stated: Axes) -> Axes:
    """Take the axes that were stated, for an array of one channel without that axis."""
    order = tuple(axis for axis in stated if axis is not Axis.PORT)
    if len(order) == len(shape) + 1:
        return tuple(axis for axis in order if axis is not Axis.CHANNEL)
    return order if len(order) == len(shape) else ()


def _candidates(base: Axes) -> Iterator[Axes]:
    at = base.index(Axis.STEP)
    yield base
    yield (*base, Axis.CHANNEL)
    yield from dict.fromkeys([(Axis.CHANNEL, *base), (*base[:at], Axis.CHANNEL, *base[at:])])
    if Axis.REPEAT not in base and Axis.TRIAL not in base:
        repeated = (*base[:at], Axis.REPEAT, *base[at:])
        yield repeated
        yield (*repeated, Axis.CHANNEL)


def _fits(axes: Axes, shape: tuple[int, ...], drive: Mapping[Axis, int], per_step: int) -> bool:
    if len(axes) != len(shape):
        return False
    for axis, size in zip(axes, shape, strict=True):
        known = drive.get(axis, size)
        if size != known and not (axis is Axis.STEP and size == known * per_step):
            return False
    return True


def _require_fit(
    axes: Axes, shape: tuple[int, ...], drive: Mapping[Axis, int], per_step: int, where: str
) -> None:
    if len(axes) != len(shape) or len(set(axes)) != len(axes):
        raise StoreError(f"{where} has {len(shape)} axes; {', '.join(axes)} names {len(axes)}")
    for axis, size in zip(axes, shape, strict=True):
        if not _fits((axis,), (size,), drive, per_step):
            raise StoreError(f"{where} has {size} {axis}s and the drive {drive[axis]}")
