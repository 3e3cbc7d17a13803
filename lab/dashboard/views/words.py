"""A sentence for every word and number of the window, as its tool tip: laid on once all widgets are there."""

from __future__ import annotations

import inspect
from functools import cache

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QLabel,
    QLayout,
    QTableWidget,
    QTabWidget,
    QWidget,
)

WORDS = {
    # the bench
    "specimen": "Which specimen of a simulated bench: its disorder and its noise.",
    "applied": "What acts on the device now, as read from the instruments.",
    "current": "What flows now, as read from the instruments.",
    "temperature": "What the thermometer of the bench reads now.",
    "interlock": "Whether the safety circuit is closed; with an open one nothing is driven.",
    "limits": "What the setup's file allows; a drive beyond it is refused before anything is sent.",
    "role": "What an instrument is used for on this bench.",
    "identity": "What the instrument answers to *IDN?, or its like.",
    "reading or setting": "What instruments tell of themselves: read now, or set on connecting.",
    "value": "The number, with its unit.",
    "check": "What was tried, at a small part of the limits.",
    "what was seen": "What the instruments answered.",
    "Instruments": "Which instruments answer, by their roles.",
    "Settings": "Readings and settings of the instruments.",
    "Checks": "Proofs of identities, limits and interlock; the button Check makes them.",
    # measuring
    "protocol": "What is measured in which order; each has a sentence of its own in the list.",
    "#": "The number of the experiment in this session.",
    "state": "Queued, running, complete, aborted or failed; the reason stands in its tool tip.",
    "done": "Rows that are measured, of how many.",
    "what differs": "What sets this experiment apart from the others of the queue.",
    "parameter": "The parameter that is scanned.",
    "folder": "The folder within the window's folder into which runs are measured.",
    "sample": "The sample that is measured; kept with every run.",
    "operator": "Who measures; kept with every run.",
    "note": "What is worth knowing about these runs; kept with each.",
    "tags": "Words to find these runs by, with commas between.",
    "title": "What these runs are called in lists.",
    "step": "From one value of the scan to the next.",
    "start": "The first value of the scan.",
    "stop": "The last value of the scan.",
    "window": "How much of the run the curves show while they follow it.",
    "channel": "Which channel of the readout is drawn.",
    "Over time": "Input, raw samples and readout along the time of the device.",
    "Step by step": "The newest sequence with its repeats, and the readout against the input.",
    "Map": "Spectra of all steps as colours.",
    "Waterfall": "Spectra of all steps above one another.",
    "Monitors": "What was read of the bench besides: currents, temperatures.",
    # twins
    "runs": "Measured runs; a twin is fitted to those with a tick.",
    "score on": "Runs kept out of the fit, which judge the twin; best with repeats, for they show the noise.",
    "method": "How the twin is fitted.",
    "mean steps": "Steps that fit the mean response by least squares.",
    "likelihood steps": "Steps that fit mean and spread by their likelihood.",
    "score steps": "Steps that fit the whole distribution by scoring rules.",
    "adversarial steps": "Steps of the adversary's game.",
    "seed": "Where random numbers begin: the same seed gives the same again.",
    "twin": "A model of the device, with its noise, that a network is trained through.",
    "floor": "What one half of the repeats scores against the other: nothing can be better.",
    "before": "The same score of the twin before it was recalibrated.",
    "ratio": "The twin's error in times of the floor; below 1.5 is good.",
    "|mean| error": "How far the twin's mean is from the measured, in deviations of the channel.",
    "|deviation| error": "How far the twin's spread is from that of the repeats.",
    "autocovariance error": "How far the twin's noise is from the measured, over several steps together.",
    "CRPS": "Continuous ranked probability score, of each channel and step: lower is better.",
    "energy score": "The same for whole sequences: lower is better.",
    "coverage of 50 %": "The share of measured values within the twin's middle half: 0.5 is right.",
    "coverage of 90 %": "The share of measured values within the twin's middle 90 %: 0.9 is right.",
    "R²": "The share of the measured variance that the twin's mean explains.",
    "Bands": "The twin's distribution, and measured repeats upon it.",
    "Residual": "The measured mean less the twin's.",
    "Autocorrelation": "How the noise at one step goes with that of later ones.",
    "Noise spectrum": "How strong the noise is at which frequency.",
    "score": "How twin and device are compared: point at a row to read what it is.",
    "verdict": "What the scores beside the floor say of the twin.",
    "|mean| error / floor": "The error of the twin's mean in times of the floor; below 1.5 is good.",
    "CRPS / floor": "The continuous ranked probability score in times of the floor.",
    "scored on": "What the scores were taken on; only what the fit has not seen counts.",
    "made": "When it was made.",
    # networks
    "network": "The name of the network's file.",
    "transfer gap": "How much worse the network is on the device than on its twin.",
    "task": "What the network is to learn.",
    "variant": "What training knows of the noise.",
    "nodes": "Devices in a layer.",
    "layers": "Layers of devices, one after the other.",
    "epochs": "Passes over the training examples.",
    "training examples": "How many examples the network learns from.",
    "test examples": "How many examples it is scored on, which it has not seen.",
    "test trials": "How many test examples are sent to the device.",
    "weights": "Which connections of the network are drawn as colours.",
    # the loop
    "round": "One passage of the loop: measure, fit, train, deploy, compare.",
    "device": "How the network scores on the device.",
    "gap": "How much worse the network is on the device than on its twin.",
    "±": "Half of the interval in which the gap lies with 95 % confidence.",
    "drift": "How far the device moved since the last round.",
    # pages
    "Measure": "Set up experiments, queue them, watch them.",
    "Runs": "All that lies in the folder.",
    "Twin": "Fit a twin to runs; see how far it can be trusted.",
    "Network": "Train a network through a twin, send it to the device.",
    "Loop": "Measure, fit, train and deploy by itself, round after round.",
    "Simulator": "A simulated bench from behind: its sample, its noise, its faults.",
    "kind": "Run, twin or network.",
    "name": "The name of the file.",
    "status": "How far a run has come, or how it ended.",
    "started": "When it was begun.",
    "rows": "How many rows were committed.",
    "Overlay": "Readouts of the chosen runs in one plot.",
    "Metadata": "All that is known of the chosen entry.",
    "Lineage": "What was made of what.",
    "Open in Python": "The lines that open the chosen entry in a script.",
}
CHOICES = {
    "score": "Fitted by proper scoring rules: sharp and honest about noise. The default.",
    "gan": "Fitted against an adversary, as published.",
    "ode": "Fitted without noise: the mean only.",
    "noise-aware": "Trained through the noise of the twin. The default.",
    "deterministic": "Trained through the twin's mean, without noise.",
    "reservoir": "Weights between devices stay random; only the readout is fitted.",
    "temporal-mnist": "Handwritten digits, row after row, to be told apart.",
    "pixel-mnist": "Handwritten digits, pixel after pixel, to be told apart.",
    "mnist-1d": "Small one-dimensional digits, to be told apart.",
    "mackey-glass": "A chaotic series, to be foretold.",
    "narma-10": "A nonlinear moving average over ten steps, to be computed.",
    "sine-transform": "A sine, to be turned into another waveform.",
    "few-shot-sines": "Sines, to be followed after a few examples.",
    "japanese-vowels": "Nine speakers, to be told apart by a vowel.",
    "spoken-digits": "Words from a folder of WAV files, to be told apart.",
    "spoken-digits-mfcc": "Spoken digits that a package brings along, to be told apart.",
    "reaching": "A point, to be reached step by step.",
}
"""Methods of fitting, variants of training, tasks."""


def sentence(word: str) -> str:
    """Say what a word of the window means; of a protocol, what it does; nothing of what is no such word."""
    return WORDS.get(word) or _of_protocol(word)


def explain(root: QWidget) -> None:
    """Give labels, inputs, headings, pages and choices in a widget their sentences, where they have none."""
    for label in root.findChildren(QLabel):
        _tip(label, label.text())
    for layout in root.findChildren(QLayout):
        _beside_labels(layout)
    for view in root.findChildren(QTableWidget):
        for column in range(view.columnCount()):
            heading = view.horizontalHeaderItem(column)
            if heading is not None and not heading.toolTip():
                heading.setToolTip(sentence(heading.text()))
    for pages in root.findChildren(QTabWidget):
        for index in range(pages.count()):
            if not pages.tabToolTip(index):
                pages.setTabToolTip(index, sentence(pages.tabText(index)))
    for choice in root.findChildren(QComboBox):
        _explain_choices(choice)


def _beside_labels(layout: QLayout) -> None:
    """Give an input the sentence of the label that stands before it."""
    before = ""
    for index in range(layout.count()):
        item = layout.itemAt(index)
        widget = item.widget() if item is not None else None
        if isinstance(layout, QFormLayout) and widget is not None:
            named = layout.labelForField(widget)
            _tip(widget, named.text() if isinstance(named, QLabel) else "")
        elif isinstance(widget, QLabel):
            before = widget.text()
        elif widget is not None:
            _tip(widget, before)
            before = ""


def _explain_choices(choice: QComboBox) -> None:
    role = Qt.ItemDataRole.ToolTipRole
    for index in range(choice.count()):
        text = choice.itemText(index)
        if not choice.itemData(index, role) and (told := CHOICES.get(text) or _of_protocol(text)):
            choice.setItemData(index, told, role)


def _tip(widget: QWidget, word: str) -> None:
    if not widget.toolTip() and (told := sentence(word)):
        widget.setToolTip(told)


@cache
def _of_protocol(name: str) -> str:
    """Give the first line of what a protocol says of itself."""
    from nado_lab.protocols import load_protocol, protocols_to_choose

    if name not in protocols_to_choose():
        return ""
    return (inspect.getdoc(load_protocol(name)) or "").partition("\n")[0]
