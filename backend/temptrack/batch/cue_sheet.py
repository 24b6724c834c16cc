"""Writes cue sheets: CSV for spreadsheets, JSON for programs, and a form to print and sign."""

import csv
import io
import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from temptrack.batch.answers import write_whole
from temptrack.batch.cues import SheetCue, clock
from temptrack.batch.pages import render_page

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


class CueSheets(BaseModel):
    """All cues of a batch: the JSON cue sheet."""

    model_config = ConfigDict(frozen=True)

    schema_version: Literal[1] = 1
    cues: tuple[SheetCue, ...]


def write_cue_sheets(cues: Sequence[SheetCue], folder: Path) -> None:
    """Write ``cue-sheet.csv``, ``.json`` and ``.html`` into a folder; each appears whole or not at all."""
    sheets = CueSheets(cues=tuple(cues))
    text = json.dumps(sheets.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n"
    write_whole(folder / "cue-sheet.json", text.encode())
    write_whole(folder / "cue-sheet.csv", cue_sheet_csv(cues).encode("utf-8-sig"))
    write_whole(folder / "cue-sheet.html", cue_sheet_form(cues).encode())


def cue_sheet_csv(cues: Sequence[SheetCue]) -> str:
    """Return the cues as CSV, one line a cue; cells that a spreadsheet would take for formulas are quoted."""
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, list(SheetCue.model_fields), lineterminator="\r\n")
    writer.writeheader()
    for cue in cues:
        writer.writerow({name: _cell(value) for name, value in cue.model_dump().items()})
    return target.getvalue()


def cue_sheet_form(cues: Sequence[SheetCue]) -> str:
    """Return the printable form, a page for each episode, with lines to fill in what no file knows."""
    sheets: dict[tuple[str, str], list[SheetCue]] = {}
    for cue in cues:
        sheets.setdefault((cue.production, cue.episode), []).append(cue)
    pages = [
        {
            "production": production,
            "episode": episode,
            "cues": page,
            "total": clock(sum((cue.duration_frames / Fraction(cue.rate) for cue in page), Fraction(0))),
        }
        for (production, episode), page in sheets.items()
    ]
    return render_page("cue_sheet.html", pages=pages)


def _cell(value: object) -> object:
    # Titles come from strangers' files; a spreadsheet would run "=..." as a formula.
    return f"'{value}" if isinstance(value, str) and value.startswith(_DANGEROUS) else value
