# SPDX-License-Identifier: Apache-2.0
"""Where everything stands in the window."""

from __future__ import annotations

from typing import Any

LINES = ("Prompt", "Exclude", "Tempo", "Length", "Key", "Tags")
"""What the user types into; Enter searches."""

COLUMNS = (
    ("#", 30), ("Score", 50), ("Title", 200), ("Artist", 140), ("BPM", 45), ("Key", 70), ("Fit", 120),
    ("Licence", 90),
)  # fmt: skip
"""Columns of the list and their widths in pixels."""


def rows(ui: Any) -> list[Any]:
    """Return the rows of the window, top to bottom.

    Args:
        ui: Resolve's UIManager.
    """
    enter = {"ReturnPressed": True}
    tree = {"ItemClicked": True, "ItemDoubleClicked": True}

    def line(name: str, hint: str, weight: float = 1) -> Any:
        return ui.LineEdit({"ID": name, "PlaceholderText": hint, "Events": enter, "Weight": weight})

    def button(name: str, text: str) -> Any:
        return ui.Button({"ID": name, "Text": text, "Weight": 0})

    weight = {"ID": "Weight", "Minimum": 0, "Maximum": 100, "Value": 50, "Orientation": "Horizontal"}
    return [
        line("Prompt", "What should it sound like? Enter searches.", 0),
        ui.HGroup(
            {"Weight": 0},
            [
                ui.ComboBox({"ID": "Part"}),
                ui.ComboBox({"ID": "Library"}),
                ui.Label({"Text": "Picture", "Weight": 0}),
                ui.Slider(weight),
                ui.Label({"Text": "Words", "Weight": 0}),
            ],
        ),
        ui.HGroup(
            {"Weight": 0},
            [
                line("Exclude", "not this"),
                line("Tempo", "bpm 90-120"),
                line("Length", "seconds 60-240"),
                line("Key", "A minor"),
                line("Tags", "piano, calm"),
                ui.ComboBox({"ID": "Vocals", "Weight": 0.5}),
                ui.CheckBox({"ID": "Licensed", "Text": "Known licence", "Weight": 0}),
            ],
        ),
        ui.HGroup(
            {"Weight": 0},
            [
                button("Search", "Search"),
                button("Cancel", "Cancel"),
                ui.Label({"ID": "Said", "WordWrap": True}),
            ],
        ),
        ui.Label({"ID": "Read", "WordWrap": True, "Weight": 0}),
        ui.Tree({"ID": "Found", "Events": tree, "RootIsDecorated": False, "Weight": 2}),
        ui.Label({"ID": "Why", "WordWrap": True, "Weight": 0.5}),
        ui.HGroup({"Weight": 0}, [button("Play", "Play"), button("Insert", "Insert")]),
        ui.HGroup(
            {"Weight": 0},
            [
                ui.ComboBox({"ID": "Cues"}),
                button("Replace", "Replace"),
                button("Remove", "Remove"),
                button("Refresh", "Refresh"),
                button("Doctor", "Doctor"),
            ],
        ),
    ]
