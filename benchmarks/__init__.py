"""Benchmarks: each runs as a script (`python benchmarks/NAME.py`) and as a module (`-m benchmarks.NAME`)."""

import sys
from pathlib import Path

# What stands beside a benchmark is found by its bare name when it runs as a script; as a module, too.
sys.path.append(str(Path(__file__).parent))
