"""`python -m nado_lab` is the same program as `nado`."""

from nado_lab.lab.cli import main

main()
