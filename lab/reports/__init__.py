"""Reports: figures and self-contained HTML pages."""

from lab.reports.demo import write_demo_report
from lab.reports.figures import Prediction

__all__ = ["Prediction", "write_demo_report"]
