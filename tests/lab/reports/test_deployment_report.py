"""Reports of deployments, those of earlier versions too."""

import pytest
from nado_lab.lab.reports.deployment_report import DeploymentReport

EARLIER = {
    "network": "a.net",
    "setup": "sim:x",
    "task": "narma-10",
    "metric": "nrmse",
    "variant": "noise-aware",
    "twin": 0.2,
    "device": 0.25,
    "transfer_gap": -0.05,  # twin - device, whatever the metric
    "n_test": 10,
    "runs": [],
    "nodes": [],
}


def test_the_gap_of_an_earlier_report_is_taken_again_positive_is_worse():
    assert DeploymentReport.from_json(EARLIER).transfer_gap == pytest.approx(0.25)


def test_the_gap_of_a_report_with_its_interval_stays():
    report = EARLIER | {"transfer_gap": 0.24, "gap_low": 0.1, "gap_high": 0.4}
    assert DeploymentReport.from_json(report).transfer_gap == 0.24
