"""Which recordings are kept for testing: some takes, some speakers, or a random share."""

from enum import StrEnum

import torch
from nado_lab.network.errors import TaskError
from nado_lab.network.tasks.speech.recordings import Recording

SHARE = 5
"""One in so many takes, speakers or recordings is kept for testing where nothing is said."""


class SplitBy(StrEnum):
    """TAKE and SPEAKER keep whole takes or speakers for testing; RANDOM a share of all recordings."""

    TAKE = "take"
    SPEAKER = "speaker"
    RANDOM = "random"


def kept_for_testing(recordings: list[Recording], by: SplitBy, held_out: str, seed: int) -> list[bool]:
    """Tell of each recording whether it is tested on; `held_out` names takes or speakers ("05-09, 12")."""
    if by is SplitBy.RANDOM:
        order = torch.randperm(len(recordings), generator=torch.Generator().manual_seed(seed))
        tested = torch.zeros(len(recordings), dtype=torch.bool)
        tested[order[: max(1, len(recordings) // SHARE)]] = True
        return [bool(each) for each in tested]
    names = [each.take if by is SplitBy.TAKE else each.speaker for each in recordings]
    known = sorted(set(names), key=_in_order)
    if "" in known or len(known) < 2:
        raise TaskError(
            f"a split by {by.value} needs names (or a table) that tell at least two {by.value}s; "
            "give pattern=, or split=random"
        )
    wanted = _chosen(known, held_out, by) if held_out else set(known[: max(1, len(known) // SHARE)])
    return [name in wanted for name in names]


def _chosen(known: list[str], held_out: str, by: SplitBy) -> set[str]:
    """Return the names that a list of names and of ranges of whole numbers means."""
    wanted = set[str]()
    for part in (each.strip() for each in held_out.split(",")):
        low, dash, high = part.partition("-")
        if dash and low.isdigit() and high.isdigit():
            named = {each for each in known if each.isdigit() and int(low) <= int(each) <= int(high)}
        else:
            named = {each for each in known if each == part or _in_order(each) == _in_order(part)}
        if not named:
            raise TaskError(f"held_out: no {by.value} {part!r}; there are {', '.join(known[:12])} ...")
        wanted |= named
    if len(wanted) == len(known):
        raise TaskError(f"held_out = {held_out} keeps every {by.value} for testing; none is left to train on")
    return wanted


def _in_order(name: str) -> tuple[int, str]:
    return (int(name), "") if name.isdigit() else (-1, name)
