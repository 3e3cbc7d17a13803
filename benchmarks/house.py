"""Measure how tidy the product code is: copies of verbs, open types, circles, arrows back up, folders.

Everything is read from the source as text (`ast`), so that any tree can be measured, an older one too:

    mkdir /tmp/before && git archive 35b4e71 | tar x -C /tmp/before
    python -m benchmarks.house --json --tree /tmp/before

How it counts. A copy of a verb is a file of lab/ that calls the functions of the verb (a fit and the saving
of a twin, say; the walk through a network's layers on devices), or, for the transfer gap, a file that
subtracts or divides a score on the twin and one on the device. A circle is a set of files of which each
reaches each other by imports, those that only types need included; folders form one in the same way among the
children of a folder, doors (`__init__`) apart. An arrow back up is an import against the layers of the rooms,
or against those inside lab (faces, programs, verbs, shared). The width of a folder is the number of its files
and folders, its door apart. `Any` is counted as a word, imports and comments included.
"""

import argparse
import ast
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

ROOT = Path(__file__).parents[1]
ROOMS = ("instruments", "sim_backend", "protocols", "twin", "network", "lab")
OPEN_DICT = "dict[str, Any]"
PACKAGE = ("lab", "package")
USES = {"lab": ROOMS, "protocols": ("instruments",), "network": ("twin",)}
LAYERS = {"cli": 3, "dashboard": 3, "demo": 3, "loop": 2, "sweeps": 2, "workflow": 1}  # in lab; the rest is 0

VERBS = {
    "fit and save": ({"twin.fit", "twin.fit_and_score"}, {"twin.save"}),
    "recalibrate and save": ({"twin.recalibrate", "twin.adapt", "lab.adapt"}, {"twin.save"}),
    "train and save": ({"network.train"}, {"network.save"}),
    "refine": ({"network.PhysicsAware"}, {"network.train_through_twins"}),
    "deploy": (
        {
            "lab.loop.deploy.deploy",
            "lab.loop.deploy.deploy_layers",
            "lab.workflow.deploy_layers.deploy_on",
            "lab.workflow.deploy_layers.deploy_layers",
        },
    ),
}
"""Functions by room or module, now and before; a file of lab/ that calls one of each set does the verb."""
ON_TWIN, ON_DEVICE = {"twin", "on_twin", "twin_score"}, {"device", "on_device", "device_score"}


@dataclass(frozen=True)
class File:
    """One file of product code: its dotted name from the room on, its syntax and its lines."""

    name: str
    text: str
    tree: ast.Module
    door: bool

    @property
    def room(self) -> str:
        """Return the room the file lies in."""
        return self.name.split(".")[0]

    @property
    def lines(self) -> int:
        """Count the lines, empty ones included."""
        return len(self.text.splitlines())


def read(root: Path) -> dict[str, File]:
    """Read the product code below a repository's root."""
    paths = [path for room in ROOMS for path in sorted((root / room).rglob("*.py"))]
    files = [_file(root, path) for path in paths]
    return {file.name: file for file in files}


def _file(root: Path, path: Path) -> File:
    text = path.read_text(encoding="utf-8")
    parts = path.relative_to(root).with_suffix("").parts
    if parts[:2] == PACKAGE:  # installed, they are files of nado_lab itself
        parts = parts[2:]
    door = parts[-1] == "__init__"
    return File(".".join(parts[:-1] if door else parts), text, ast.parse(text), door)


def imported(file: File) -> Iterator[tuple[str, str, str]]:
    """Yield (module, name in it, name here) of all that a file imports from the rooms, wherever it does."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield _inside(alias.name), "", alias.asname or alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield _source(file, node), alias.name, alias.asname or alias.name


def _source(file: File, node: ast.ImportFrom) -> str:
    """Return the module that `from MODULE import ...` means, dots at its beginning resolved."""
    if not node.level:
        return _inside(node.module or "")
    parts = file.name.split(".")
    above = parts[: len(parts) - node.level + file.door]
    return ".".join([*above, node.module] if node.module else above)


def _inside(module: str) -> str:
    """Name a module from its room on, as it is called since all rooms lie in one package and as before."""
    return "" if module == "nado_lab" else module.removeprefix("nado_lab.")


def arrows(files: dict[str, File]) -> set[tuple[str, str]]:
    """Return which file imports which."""
    found = set()
    for file in files.values():
        for module, name, _ in imported(file):
            whole = f"{module}.{name}" if module else name
            target = whole if whole in files else module
            if target in files and target != file.name:
                found.add((file.name, target))
    return found


def circles(pairs: set[tuple[str, str]]) -> list[list[str]]:
    """Return the sets of names of which each reaches each other."""
    names = sorted({name for pair in pairs for name in pair})
    if not names:
        return []
    place = {name: i for i, name in enumerate(names)}
    rows, columns = np.array([[place[a], place[b]] for a, b in sorted(pairs)]).T
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(names), len(names)))
    label = connected_components(graph, connection="strong")[1]
    groups = [[name for name, own in zip(names, label, strict=True) if own == each] for each in set(label)]
    return sorted(group for group in groups if len(group) > 1)


def folder_circles(files: dict[str, File], pairs: set[tuple[str, str]]) -> list[list[str]]:
    """Return the circles among the children of each folder, doors apart."""
    between = set()
    for a, b in pairs:
        if files[a].door or files[b].door:
            continue
        one, other = a.split("."), b.split(".")
        depth = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
        between.add((".".join(one[: depth + 1]), ".".join(other[: depth + 1])))
    return circles(between)


def upward(pairs: set[tuple[str, str]]) -> list[str]:
    """Return the arrows that point back up, between rooms and inside lab."""
    return sorted(f"{a} -> {b}" for a, b in pairs if _is_upward(a.split("."), b.split(".")))


def _is_upward(a: list[str], b: list[str]) -> bool:
    if not {a[0], b[0]} <= set(ROOMS):
        return False
    if a[0] != b[0]:
        return b[0] not in USES.get(a[0], ())
    inner = a[0] == "lab" and len(a) > 1 and len(b) > 1
    return inner and LAYERS.get(a[1], 0) < LAYERS.get(b[1], 0)


def called(file: File) -> set[str]:
    """Return (as `room.function` and `module.function`) what a file calls by a name that it imported."""
    known: dict[str, set[str]] = {}
    for module, name, here in imported(file):
        known.setdefault(here, set()).update({f"{module.split('.')[0]}.{name}", f"{module}.{name}"})
    calls = (node.func for node in ast.walk(file.tree) if isinstance(node, ast.Call))
    return {each for func in calls if isinstance(func, ast.Name) for each in known.get(func.id, ())}


def copies(files: dict[str, File]) -> dict[str, list[str]]:
    """Name the files that do each verb."""
    lab = {name: called(file) for name, file in files.items() if file.room == "lab"}
    found = {
        verb: [name for name, calls in lab.items() if all(calls & step for step in steps)]
        for verb, steps in VERBS.items()
    }
    gaps = [name for name, file in files.items() if any(_is_gap(node) for node in ast.walk(file.tree))]
    return found | {"transfer gap": gaps}


def _is_gap(node: ast.AST) -> bool:
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.Div)):
        return False
    left, right = _last(node.left), _last(node.right)
    return (left in ON_TWIN and right in ON_DEVICE) or (left in ON_DEVICE and right in ON_TWIN)


def _last(node: ast.expr) -> str:
    """Return the last word of `a`, `b.a` and `b["a"]`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return ""


def words(files: Iterable[File], pattern: str) -> int:
    """Count what a regular expression finds in files."""
    return sum(len(re.findall(pattern, file.text)) for file in files)


def open_dicts(files: Iterable[File]) -> int:
    """Count `dict[str, Any]`, by any name that it was given, too."""
    nodes = [node for file in files for node in ast.walk(file.tree)]
    given = [node for node in nodes if isinstance(node, ast.Assign) and ast.unparse(node.value) == OPEN_DICT]
    names = {target.id for node in given for target in node.targets if isinstance(target, ast.Name)}
    used = [node for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    return words(files, re.escape(OPEN_DICT)) + sum(node.id in names for node in used)


def widths(files: dict[str, File]) -> Counter[str]:
    """Count the files and folders of each folder, its door apart."""
    return Counter(name.rpartition(".")[0] for name in files if "." in name)


def measure(root: Path) -> dict[str, object]:
    """Measure one tree."""
    files = read(root)
    pairs = arrows(files)
    everyone = files.values()
    lines = sum(file.lines for file in everyone)
    width = widths(files)
    return {
        "lines": lines,
        "files": len(files),
        "copies": {verb: len(names) for verb, names in copies(files).items()},
        "dict_str_any": open_dicts(everyone),
        "any_per_1000_lines": round(1000 * words(everyone, r"\bAny\b") / lines, 1),
        "circles_of_files": circles(pairs),
        "circles_of_folders": folder_circles(files, pairs),
        "arrows_back_up": upward(pairs),
        "width_of_twin": width["twin"],
        "width_of_loop": width["lab.loop"],
        "widest": dict(width.most_common(5)),
        "where": copies(files),
    }


def main() -> None:
    """Print the figures of a tree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument(
        "--tree", type=Path, default=ROOT, help="the repository to measure (default: this one)"
    )
    chosen = parser.parse_args()
    found = measure(chosen.tree)
    print(json.dumps(found, indent=2) if chosen.json else "\n".join(f"{k}: {v}" for k, v in found.items()))


if __name__ == "__main__":
    main()
