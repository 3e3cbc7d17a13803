"""A reader is not told of files that are being written, and nobody's warnings are silenced for that."""

import subprocess
import sys

CHECK = """
import warnings
before = list(warnings.filters)
import nado_lab.lab.store.layout
assert not [each for each in warnings.filters if each not in before and "partial" in str(each)]
"""


def test_importing_the_store_leaves_the_filters_of_warnings_alone():
    subprocess.run([sys.executable, "-c", CHECK], check=True, timeout=60)
