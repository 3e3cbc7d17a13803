"""The raw input, read linearly: what a task is worth without any device."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from nado_lab.network.baselines.row import BaselineScore, counted_steps, score_rows
from nado_lab.network.tasks.task import Task
from nado_lab.network.training.evaluate import score_answers
from nado_lab.network.training.readout_fit import ridge_weights


def linear_baselines(task: Task, delays: int = 0) -> list[BaselineScore]:
    """Score a logistic and a ridge readout of all steps of the input (classes), or a ridge on each step.

    With `delays` another ridge sees each step with so many steps before it.
    """
    if task.is_classification:
        return [_logistic(task), _ridge_classifier(task)]
    return [_ridge(task, count) for count in sorted({0, delays})]


def _logistic(task: Task) -> BaselineScore:
    from sklearn.linear_model import LogisticRegression

    train, test = (part.inputs.flatten(1).numpy() for part in (task.train, task.test))
    model = LogisticRegression(C=0.1, max_iter=300).fit(train, task.train.targets.numpy())
    score = float(model.score(test, task.test.targets.numpy()))
    return BaselineScore("logistic on the raw input", score, 0, model.coef_.size + model.intercept_.size)


def _ridge_classifier(task: Task) -> BaselineScore:
    train, test = (part.inputs.flatten(1) for part in (task.train, task.test))
    weight, bias = ridge_weights(task, train, task.train, ridge=10.0)
    score = score_answers(task, test.double() @ weight.T + bias, task.test)
    return BaselineScore("ridge on the raw input", score, 0, weight.numel() + bias.numel())


def _ridge(task: Task, delays: int) -> BaselineScore:
    from sklearn.linear_model import Ridge

    x, y = counted_steps(task, task.train, delays)
    model = Ridge(alpha=1.0).fit(x, y)
    score = score_rows(task, model.predict(counted_steps(task, task.test, delays)[0]))
    name = f"ridge on the raw input{f' and {delays} steps before' if delays else ''}"
    return BaselineScore(name, score, 0, task.outputs * (x.shape[1] + 1))
