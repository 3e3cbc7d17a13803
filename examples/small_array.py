"""Transfer to a small array: train digits through a twin, with its noise and without, and ask the device.

python one_device.py
python small_array.py [--twin one_device/device.twin] [--nodes 8] [--epochs 4]
"""

import argparse
from pathlib import Path

import torch
from nado_lab.lab.compose import open_named_setup
from nado_lab.lab.workflow.deploy_layers import deploy
from nado_lab.network import TrainSettings, Variant, load_task, score_answers, score_on_twins, train
from nado_lab.twin import load


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

    twin = load(chosen.twin)
    task = load_task("temporal-mnist", train=chosen.train, test=chosen.test, seed=0)
    print("variant         on the twin  on the device")
    for variant in Variant:
        settings = TrainSettings(variant=variant, nodes=(chosen.nodes,), epochs=chosen.epochs)
        network = train(task, [twin], settings)
        on_twin = score_on_twins(network, task, [twin], noise=variant is not Variant.DETERMINISTIC)
        with open_named_setup(chosen.setup) as setup:
            done = deploy(network, task.test.inputs.numpy(), setup, chosen.folder / variant.value)
        on_device = score_answers(task, torch.as_tensor(done.outputs), task.test.targets)
        print(f"{variant.value:15} {on_twin:11.3f} {on_device:14.3f}")


if __name__ == "__main__":
    main()
