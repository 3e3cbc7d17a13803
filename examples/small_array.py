"""Transfer to a small array: train digits through a twin, with its noise and without, and ask the device.

python one_device.py
python small_array.py [--twin one_device/device.twin] [--nodes 8] [--epochs 4]
"""

import argparse
from pathlib import Path

from nado_lab.lab.setup import SetupSource
from nado_lab.lab.workflow.deploy import DeployRequest, deploy
from nado_lab.lab.workflow.train import TrainRequest, train
from nado_lab.network import TaskChoice, TrainSettings, Variant


def main() -> None:
    """Train each variant, deploy it, and print both scores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--setup", default="sim:nanoring")
    parser.add_argument("--twin", type=Path, default=Path("one_device/device.twin"))
    parser.add_argument("--nodes", type=int, default=8)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--train", type=int, default=2000)
    parser.add_argument("--test", type=int, default=100)
    parser.add_argument("--folder", type=Path, default=Path("small_array"))
    chosen = parser.parse_args()

    task = TaskChoice("temporal-mnist", {"train": chosen.train, "test": chosen.test, "seed": 0})
    print("variant         on the twin  on the device")
    for variant in Variant:
        settings = TrainSettings(variant=variant, nodes=(chosen.nodes,), epochs=chosen.epochs)
        net = chosen.folder / f"{variant.value}.net"
        train(TrainRequest(task, (chosen.twin,), net, settings))
        request = DeployRequest(net, chosen.folder / variant.value, (SetupSource(chosen.setup),))
        report = deploy(request).report
        print(f"{variant.value:15} {report.twin:11.3f} {report.device:14.3f}")


if __name__ == "__main__":
    main()
