"""`python -m lab` is the same program as `nado`."""

from lab.cli import main

main()
