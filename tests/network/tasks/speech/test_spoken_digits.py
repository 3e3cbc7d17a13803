"""Words in WAV files: what is read of them, how they are split, and what is said of bad ones."""

import re
import struct

import numpy as np
import pytest
import torch
from nado_lab.network import TaskError, load_task
from nado_lab.network.tasks.speech.front_end import FrontEnd, FrontEndSettings, features_of
from nado_lab.network.tasks.speech.wav import cut_silence, read_wav
from scipy.io import wavfile

RATE = 8000


def tone(hz, seconds=0.3, rate=RATE):
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)


def write_24_bit(path, sound, rate):
    samples = (sound * (2**23 - 1)).astype("<i4")
    data = samples.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    head = struct.pack(
        "<4sI4s4sIHHIIHH", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, rate, 3 * rate, 3, 24
    )
    path.write_bytes(head + struct.pack("<4sI", b"data", len(data)) + data)


def write(path, sound, how, rate=RATE):
    if how == "24 bit":
        return write_24_bit(path, sound, rate)
    kinds = {
        "8 bit": (np.uint8, 127, 128),
        "16 bit": (np.int16, 2**15 - 1, 0),
        "32 bit": (np.int32, 2**31 - 1, 0),
    }
    dtype, scale, centre = kinds.get(how, (np.float32, 1, 0))
    return wavfile.write(path, rate, (sound * scale + centre).astype(dtype))


@pytest.fixture
def folder(tmp_path):
    """Give two words (a low and a high tone) of three speakers, four takes each."""
    for label, hz in (("low", 300), ("high", 2500)):
        for speaker in range(3):
            for take in range(4):
                sound = tone(hz + 40 * speaker + 10 * take, 0.1 + 0.02 * take)
                write(tmp_path / f"{label}_s{speaker}_{take:02d}.wav", np.pad(sound, 800), "16 bit")
    return tmp_path


@pytest.mark.parametrize("how", ["8 bit", "16 bit", "24 bit", "32 bit", "float"])
def test_every_kind_of_file_is_the_same_sound(tmp_path, how):
    write(tmp_path / "a.wav", tone(440), how)
    np.testing.assert_allclose(read_wav(tmp_path / "a.wav", RATE), tone(440), atol=0.02)


def test_channels_are_averaged_and_any_rate_becomes_the_one_asked_for(tmp_path):
    sound = tone(440, rate=44100)
    wavfile.write(tmp_path / "a.wav", 44100, np.stack([sound, 0 * sound], axis=1).astype(np.float32))
    found = read_wav(tmp_path / "a.wav", RATE)
    assert len(found) == pytest.approx(0.3 * RATE, abs=1)
    np.testing.assert_allclose(found[200:-200], tone(440)[: len(found)][200:-200] / 2, atol=0.01)


def test_silence_at_both_ends_is_cut(folder):
    sound = read_wav(folder / "low_s0_00.wav", RATE)
    assert 0.1 * RATE <= len(cut_silence(sound, RATE, 40)) <= 0.12 * RATE


@pytest.mark.parametrize("kind", list(FrontEnd))
def test_features_tell_tones_apart_and_not_loudness(kind):
    settings = FrontEndSettings(kind, RATE, 0.02, 12, 8)
    low, high = (features_of(tone(hz), settings) for hz in (300, 2500))
    assert low.shape == (15, 8 if kind is FrontEnd.MFCC else 12)
    np.testing.assert_allclose(features_of(tone(300) / 100, settings), low, atol=1e-3)
    if kind is not FrontEnd.MFCC:
        assert low[7].argmax() < high[7].argmax()


def test_takes_or_speakers_are_kept_for_testing(folder):
    by_take = load_task("spoken-digits", folder=str(folder), held_out="02-03")
    assert (len(by_take.train), len(by_take.test), by_take.outputs) == (12, 12, 2)
    assert by_take.test.lengths.min() > by_take.train.lengths.min()
    by_speaker = load_task("spoken-digits", folder=str(folder), split="speaker", held_out="s1")
    assert (len(by_speaker.train), len(by_speaker.test)) == (16, 8)
    few = load_task("spoken-digits", folder=str(folder), split="random", train=5, test=3, seed=1)
    assert (len(few.train), len(few.test)) == (5, 3)
    own = by_take.train.inputs[
        torch.arange(by_take.train.inputs.shape[1]) < by_take.train.lengths.unsqueeze(1)
    ]
    assert own.mean(0).abs().max() < 1e-4


def test_a_table_tells_what_names_do_not(folder):
    table = folder / "words.csv"
    rows = [f"{path.name},{path.name[0]},{path.name.split('_')[1]},1" for path in folder.glob("*.wav")]
    table.write_text("file,label,speaker,take\n" + "\n".join(rows), encoding="utf-8")
    task = load_task("spoken-digits", folder=str(folder), table=str(table), split="speaker", held_out="s2")
    assert (len(task.train), len(task.test)) == (16, 8)
    table.write_text("file,label\nlow_s0_00.wav,\n", encoding="utf-8")
    with pytest.raises(TaskError, match="line 2: expected the columns file and label"):
        load_task("spoken-digits", folder=str(folder), table=str(table))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (lambda whole: b"", "found an empty one"),
        (lambda whole: b"not a wav file at all, but a text", "expected a whole WAV file"),
        (lambda whole: whole[: len(whole) // 2], "truncated|expected a whole"),
        (lambda whole: whole[:30], "expected a whole|truncated"),
        (lambda whole: whole[:44] + b"\0" * (len(whole) - 44), "found silence"),
    ],
)
def test_a_bad_file_is_named_in_one_line(folder, content, told):
    bad = folder / "low_s0_00.wav"
    bad.write_bytes(content(bad.read_bytes()))
    with pytest.raises(TaskError, match=told) as error:
        load_task("spoken-digits", folder=str(folder))
    assert "low_s0_00.wav" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"pattern": "{label}-{speaker}"}, "do not say their label"),
        ({"pattern": "{word}"}, "expected {label}"),
        ({"held_out": "07"}, "no take '07'"),
        ({"held_out": "00-03"}, "none is left"),
        ({"split": "speaker", "pattern": "{label}_{take}"}, "at least two speakers"),
    ],
)
def test_what_cannot_be_is_refused_in_words(folder, options, told):
    with pytest.raises(TaskError, match=re.escape(told)):
        load_task("spoken-digits", folder=str(folder), **options)


def test_no_folder_is_said(tmp_path):
    with pytest.raises(TaskError, match="needs a folder"):
        load_task("spoken-digits")
    with pytest.raises(TaskError, match="holds no WAV file"):
        load_task("spoken-digits", folder=str(tmp_path))
