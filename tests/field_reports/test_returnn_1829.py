"""rwth-i6/returnn 1829: one write of a checkpoint that failed ended a training of days."""

from pathlib import Path

from nado_lab.network import Checkpoint, TrainSettings, load_task, train
from nado_lab.twin import ModelSpec, Twin


def test_a_write_that_fails_once_costs_no_training(tmp_path, monkeypatch):
    write, failed = Path.write_bytes, []

    def fails_once(path, content):
        if not failed:
            failed.append(path)
            raise OSError(5, "Input/output error")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", fails_once)
    twin = Twin(ModelSpec(ports=1, channels=1, components=1), ("a",), ("V",))
    twin.basis.std.fill_(1.0)
    kept = Checkpoint(tmp_path / "a.ckpt")
    task = load_task("narma-10", train=6, test=2, steps=40)
    train(task, twin, TrainSettings(nodes=(2,), epochs=2, batch=3), checkpoint=kept)
    assert failed
    assert kept.path.exists()
