"""A gated recurrent unit of about equal parameters, trained by the same optimiser (Cho et al. 2014)."""

# pyright: reportUnknownMemberType=false

import torch
from nado_lab.network.baselines.row import BaselineScore
from nado_lab.network.tasks.task import Task
from nado_lab.network.training.evaluate import score_answers
from nado_lab.network.training.loss import loss_of
from nado_lab.network.training.minibatches import minibatches
from nado_lab.network.training.optimiser import Optimiser
from torch import Tensor, nn


class GRU(nn.Module):
    """One recurrent layer and a linear readout: of the last state for classes, of each state for series."""

    def __init__(self, features: int, width: int, outputs: int, *, each: bool) -> None:
        super().__init__()
        self.each = each
        self.cell = nn.GRU(features, width, batch_first=True)
        self.readout = nn.Linear(width, outputs)

    def forward(self, inputs: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Answer inputs (trial, step, feature) with (trial, output), or (trial, step, output).

        The last state of trials of these `lengths` (trial,) is that after their own last step.
        """
        states, _ = self.cell(inputs)
        if self.each:
            return self.readout(states)
        return self.readout(
            states[:, -1] if lengths is None else states[torch.arange(len(states)), lengths - 1]
        )


def gru_baseline(
    task: Task, parameters: int, epochs: int = 30, seed: int = 0, learning_rate: float = 0.01, batch: int = 50
) -> BaselineScore:
    """Train a GRU with the number of units whose parameters come nearest to `parameters`, and score it."""
    features = task.train.inputs.shape[-1]
    width = gru_width(features, task.outputs, parameters)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = GRU(features, width, task.outputs, each=not task.is_classification)
    _train(model, task, epochs, seed, learning_rate, batch)
    with torch.no_grad():
        score = score_answers(task, model(task.test.inputs, task.test.lengths), task.test)
    return BaselineScore("GRU", score, width, sum(p.numel() for p in model.parameters()))


def _train(model: GRU, task: Task, epochs: int, seed: int, rate: float, batch: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    total = epochs * -(-len(task.train) // batch)
    optimiser = Optimiser(model.parameters(), rate=rate, decay=1e-3, clip=1.0, total=total)
    for _ in range(epochs):
        for part in minibatches(task.train, batch, generator):
            loss_of(task, model(part.inputs, part.lengths), part).backward()
            optimiser.step()


def gru_width(features: int, outputs: int, parameters: int) -> int:
    """Return the units h for which 3 (h f + h^2 + 2 h) + o (h + 1) comes nearest to `parameters`."""

    def count(h: int) -> int:
        return 3 * (h * features + h * h + 2 * h) + outputs * (h + 1)

    return min(range(1, 2000), key=lambda h: abs(count(h) - parameters))
