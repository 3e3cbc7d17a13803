"""What came from what, among the entries of a folder."""

from collections import defaultdict
from pathlib import Path

from nado_lab.lab.dashboard.models.catalogue import Entry, EntryKind

MOST_NODES = 40


def lineage(
    entries: list[Entry], entry: Entry, most: int = MOST_NODES
) -> tuple[list[Entry], list[tuple[int, int]]]:
    """Give the entries connected with `entry`, the nearest first, and arrows (parent, child) by index.

    At most `most` entries are given: of a run that a thousand others came from, those read first.
    """
    parents = _parents(entries)
    children: dict[Path, list[Entry]] = defaultdict(list)
    for each in entries:
        for parent in parents[each.path]:
            children[parent.path].append(each)
    nodes, seen = [entry], {entry.path}
    for node in nodes:
        for near in (*parents[node.path], *children[node.path]):
            if near.path not in seen and len(nodes) < most:
                seen.add(near.path)
                nodes.append(near)
    index = {e.path: i for i, e in enumerate(nodes)}
    return nodes, [(index[p.path], index[e.path]) for e in nodes for p in parents[e.path] if p.path in index]


def _parents(entries: list[Entry]) -> dict[Path, list[Entry]]:
    """Find the entries that each names as its parents, by id or by the end of its path."""
    named: dict[str, list[Entry]] = defaultdict(list)
    for each in entries:
        named[each.id].append(each)
        if each.kind is not EntryKind.RUN and each.path.name != each.id:
            named[each.path.name].append(each)
    return {each.path: _named(named, each) for each in entries}


def _named(named: dict[str, list[Entry]], child: Entry) -> list[Entry]:
    wanted = {key for name in child.made_from for key in (name, Path(name).name)}
    return [parent for key in sorted(wanted) for parent in named.get(key, ()) if parent is not child]
