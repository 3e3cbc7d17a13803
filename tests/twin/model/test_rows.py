"""A start keeps its hidden states wherever it is taken apart and put together."""

import torch
from nado_lab.twin import Start
from nado_lab.twin.drift.correction import best_correction
from nado_lab.twin.fitting.streamed_rows import stream_rows
from nado_lab.twin.model.rows import Rows


def rows_that_remember(twin, count=8, steps=12):
    begin = twin.default_start(count)
    start = Start(begin.components, begin.drive, torch.rand(count, twin.spec.hidden))
    drive = 2 * torch.rand(count, steps, 1) - 1
    components = twin.paths(drive, start, noise=False).detach()
    return Rows(drive, components, components, start)


def test_chosen_rows_keep_their_hidden_states(make_twin):
    rows = rows_that_remember(make_twin())
    assert torch.equal(rows.at(torch.tensor([3, 1])).start.hidden, rows.start.hidden[[3, 1]])


def test_a_correction_is_found_from_the_hidden_states_of_the_start(make_twin):
    twin = make_twin()
    with torch.no_grad():
        found = best_correction(twin, rows_that_remember(twin))
    assert not found.plan.drive
    torch.testing.assert_close(found.matrix, torch.eye(2))
    torch.testing.assert_close(found.bias, torch.zeros(2))


def test_streamed_rows_begin_with_hidden_states_and_forget_those_of_rows_that_gave_way(
    make_twin, make_process
):
    twin = make_twin(channels=1, components=1, diffusion_rank=0, observation_rank=0)
    twin.channels = ("voltage",)
    rows = rows_that_remember(twin)
    streamed = stream_rows(twin, rows, iter([make_process(2, steps=12)]))
    assert torch.equal(streamed.start.hidden, rows.start.hidden)
    streamed.at(torch.arange(8))
    assert not streamed.start.hidden[:2].any()
