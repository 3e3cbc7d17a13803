"""The commit of the running code."""

import subprocess
from pathlib import Path

from nado_lab import commit

CHECKOUT = Path(__file__).parents[1]


def test_it_is_that_of_this_checkout():
    asked = ["git", "-C", str(CHECKOUT), "rev-parse", "HEAD"]
    head = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    commit.code_commit.cache_clear()
    assert commit.code_commit().removesuffix("-dirty") in (head, "")


def test_a_repository_that_only_lies_around_an_installation_is_not_taken_for_it(monkeypatch, tmp_path):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "commit.py").write_text("")
    monkeypatch.setattr(commit, "__file__", str(tmp_path / "commit.py"))
    commit.code_commit.cache_clear()
    assert commit.code_commit() == commit._installed_from()
    commit.code_commit.cache_clear()
