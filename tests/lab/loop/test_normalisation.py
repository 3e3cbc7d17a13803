import torch
from nado_lab.lab.loop.normalisation import straight_line


def test_gain_and_offset_are_found():
    before = torch.randn(20, 8, 3, generator=torch.Generator().manual_seed(0))
    gain, offset = torch.tensor([1.07, 0.9, 1.0]), torch.tensor([3.0, -2.0, 0.0])
    found_gain, found_offset = straight_line(before, gain * before + offset)
    torch.testing.assert_close(found_gain, gain)
    torch.testing.assert_close(found_offset, offset, atol=1e-5, rtol=1e-5)


def test_a_channel_that_does_not_move_keeps_its_gain():
    generator = torch.Generator().manual_seed(0)
    before, after = (torch.randn(20, 8, 1, generator=generator) for _ in range(2))
    gain, offset = straight_line(before, after)
    assert gain.item() == 1.0
    torch.testing.assert_close(offset, after.mean((0, 1)) - before.mean((0, 1)))
