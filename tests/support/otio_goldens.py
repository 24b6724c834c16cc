"""What temptrack reads from the reference timelines, in a form that can be kept and compared."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from temptrack.errors import TemptrackError
from temptrack.timeline.read import read_timeline
from temptrack.timeline.scope import select_scope
from temptrack.timeline.segments import MediaSpan, Problem

SAMPLES = "otio_samples"
GOLDENS = Path(__file__).parents[1] / "golden" / SAMPLES
MARKDOWN = ".md"


def samples(data: Path) -> list[Path]:
    """Return the reference timelines."""
    return sorted(path for path in (data / SAMPLES).iterdir() if path.suffix != MARKDOWN)


def golden_path(sample: Path) -> Path:
    """Return the golden of a reference timeline."""
    return GOLDENS / f"{sample.name}.json"


def golden_text(sample: Path) -> str:
    """Return what is read from a timeline as if all its media were there, or the error that refuses it."""
    try:
        content = _content(sample)
    except TemptrackError as error:
        content = {"error": type(error).__name__, "reason": error.reason, "text": str(error)}
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    return text.replace(str(sample.parent), "{samples}").replace(otio.__version__, "{opentimelineio}")


def _content(sample: Path) -> dict[str, Any]:
    file = read_timeline(sample)
    scope = select_scope(file, exists=lambda path: True, require_picture=False)
    return {
        "name": file.name,
        "rate": str(file.rate),
        "start": file.timecode(0),
        "duration_frames": file.duration_frames,
        "notes": list(file.notes),
        "segments": [
            {
                "record_frames": [segment.record.start_frames, segment.record.end_frames],
                "spans": [_span(span) for span in segment.spans],
            }
            for segment in scope.segments
        ],
        "problems": [_problem(problem) for problem in scope.problems],
    }


def _span(span: MediaSpan) -> dict[str, Any]:
    row: dict[str, Any] = {
        "record_frames": [span.record.start_frames, span.record.end_frames],
        "clip": span.clip_name,
        "media": str(span.media.path),
        "kind": span.media.kind.value,
        "source_s": [_seconds(span.source.start_s), _seconds(span.source.start_s + span.source.duration_s)],
    }
    if span.source.reversed:
        row["reversed"] = True
    if span.media.sequence_pattern:
        row["sequence"] = [span.media.sequence_pattern, span.media.sequence_start, str(span.media.rate)]
    return row


def _problem(problem: Problem) -> dict[str, Any]:
    record = problem.record
    frames = None if record is None else [record.start_frames, record.end_frames]
    return {"kind": problem.kind.value, "record_frames": frames, "message": problem.message}


def _seconds(seconds: Fraction) -> str:
    return str(seconds)
