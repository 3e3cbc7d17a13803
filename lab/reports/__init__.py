"""Reports: figures and self-contained HTML pages."""

from nado_lab.lab.reports.demo import write_demo_report
from nado_lab.lab.reports.figures import Prediction
from nado_lab.lab.reports.kinds import Kind, WrittenReport, kind_of, write_report
from nado_lab.lab.reports.run import plot_run

__all__ = ["Kind", "Prediction", "WrittenReport", "kind_of", "plot_run", "write_demo_report", "write_report"]
