"""The dashboard: the place from which an experimentalist runs a day. Qt is imported in here only."""

from nado_lab.lab.dashboard.libraries import UNSEEN, missing_packages, require_display, require_qt

__all__ = ["UNSEEN", "missing_packages", "require_display", "require_qt"]
