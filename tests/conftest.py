"""Load pytest-qt only where Qt's system libraries are: without them the other rooms' tests must still run."""

try:
    import PyQt6.QtWidgets  # noqa: F401
except ImportError:
    pytest_plugins: list[str] = []
else:
    pytest_plugins = ["pytestqt.plugin"]
