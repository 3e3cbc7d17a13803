"""Install the rooms (folders of this repository) inside one package: `twin/` becomes `nado_lab.twin`."""

import shutil
from pathlib import Path

from setuptools import find_packages, setup

ROOMS = ("instruments", "sim_backend", "protocols", "twin", "network", "lab")
ROOT = "lab/package"  # the files of `nado_lab` itself

folders = {"nado_lab": ROOT} | {f"nado_lab.{room}": room for room in ROOMS}
inside = [f"nado_lab.{room}.{name}" for room in ROOMS for name in find_packages(room, exclude=["package"])]

# setuptools would pack what an older tree left in build/lib
shutil.rmtree(Path(__file__).parent / "build" / "lib", ignore_errors=True)
setup(packages=[*folders, *inside], package_dir=folders)
