"""Everything in the window says in a sentence what it is; empty panels what comes next."""

import pytest

pytest.importorskip("PyQt6.QtWidgets", exc_type=ImportError)

from nado_lab.lab.dashboard.views.hints import Invitation
from nado_lab.lab.dashboard.views.words import CHOICES, WORDS, sentence
from nado_lab.protocols import protocols_to_choose
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QTableWidget,
)


@pytest.mark.parametrize("word", [*WORDS, *CHOICES, *protocols_to_choose()])
def test_a_sentence_is_one(word):
    told = CHOICES.get(word) or sentence(word)
    assert told[0].isupper()
    assert told.endswith(".")
    assert 10 < len(told) <= 110
    assert "\n" not in told


def test_all_inputs_have_a_sentence(window, wait_for):
    wait_for(lambda: window.twin.counts, 200)
    kinds = (QAbstractSpinBox, QComboBox, QCheckBox, QPushButton, QProgressBar)
    without = [
        (type(panel).__name__, type(each).__name__)
        for panel in (window.setup, window.measure, window.live, window.twin, window.network, window.loop)
        for kind in kinds
        for each in panel.findChildren(kind)
        if not each.toolTip()
    ]
    assert without == []


def test_all_headings_labels_and_pages_have_a_sentence(window, wait_for):
    wait_for(lambda: window.twin.counts, 200)
    panels = (window.setup, window.measure, window.twin, window.network, window.loop)
    headings = [
        item
        for panel in panels
        for view in panel.findChildren(QTableWidget)
        for item in (view.horizontalHeaderItem(column) for column in range(view.columnCount()))
        if item.text()
    ]
    labels = [
        each
        for panel in panels
        for form in panel.findChildren(QFormLayout)
        for row in range(form.rowCount())
        if form.itemAt(row, QFormLayout.ItemRole.LabelRole)
        and isinstance(each := form.itemAt(row, QFormLayout.ItemRole.LabelRole).widget(), QLabel)
    ]
    assert len(headings) > 15
    assert len(labels) > 15
    assert [item.text() for item in headings if not item.toolTip()] == []
    unexplained = [each.text() for each in labels if not each.toolTip()]
    own = window.measure.form  # its inputs say what may be entered
    assert [
        text for text in unexplained if text not in [each.text() for each in own.findChildren(QLabel)]
    ] == []
    for pages in (window.tabs, window.setup.tabs, window.live.tabs, window.twin.pictures):
        assert [pages.tabText(i) for i in range(pages.count()) if not pages.tabToolTip(i)] == []


def test_all_choices_have_a_sentence(window, wait_for):
    wait_for(lambda: window.twin.counts and window.network.task.count(), 200)
    role = Qt.ItemDataRole.ToolTipRole
    for choice in (window.measure.protocol, window.twin.method, window.network.variant, window.network.task):
        without = [choice.itemText(i) for i in range(choice.count()) if not choice.itemData(i, role)]
        assert without == []
        assert choice.count() > 2


def test_empty_panels_say_what_comes_next_and_do_it(window):
    panels = (window.setup, window.live, window.twin, window.network, window.loop)
    for panel in panels:
        found = [each for each in panel.findChildren(Invitation) if each.button and not each.isHidden()]
        assert found, panel
        assert all(each.text.text().endswith((".", ":")) for each in found)
