"""Which procedures a user's own Python file holds, found without running it."""

import ast
from pathlib import Path

from nado_lab.lab.errors import LabError


def classes_in(path: Path) -> tuple[str, ...]:
    """Name the classes that derive from a Procedure (by the name of their base), or else all classes."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        raise LabError(f"{path} cannot be read as Python: {error}") from error
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    likely = [node for node in classes if any("Procedure" in ast.unparse(base) for base in node.bases)]
    return tuple(node.name for node in likely or classes)
