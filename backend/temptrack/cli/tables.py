"""Tables and lines for people; programs read the JSON instead."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from temptrack.cli.screen import clock
from temptrack.library.types import LICENCE_UNKNOWN, LibraryInfo, Track
from temptrack.review.evidence import grouped, places
from temptrack.suggest.types import PartEffect, PromptReading, Reason, ReasonKind, Suggestion, Suggestions

if TYPE_CHECKING:
    from temptrack.model.manifest import Manifest
    from temptrack.seat.reports import BundleReport, Check, MediaUse, TimelineReport

_BAR_CELLS = 5
_EFFECT_STYLES = {
    PartEffect.FILTER: "red",
    PartEffect.PREFERENCE: "",
    PartEffect.RELAXED: "yellow",
    PartEffect.WORDS: "dim",
}
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_REASONS_SHOWN = 4
_STATE_MARKS = {"ok": ("✓", "green"), "note": ("•", "yellow"), "broken": ("✗", "bold red")}


def suggestion_table(answer: Suggestions) -> RenderableType:
    """Return the ranked tracks: what each is, how to use it and why it is here."""
    table = _plain_table(leading=1)
    table.add_column("#", justify="right", style="dim")
    table.add_column("Match", no_wrap=True)
    table.add_column("Track", ratio=6)
    table.add_column("Use", ratio=4)
    table.add_column("Why", ratio=6)
    best = max((suggestion.score for suggestion in answer.suggestions), default=0.0)
    for suggestion in answer.suggestions:
        table.add_row(
            str(suggestion.rank),
            match_text(suggestion.score, best),
            track_text(suggestion.track, suggestion.also_at),
            use_text(suggestion),
            reasons_text(suggestion.reasons),
        )
    meaning = "Match is the likeness of request and track times 100; the bar compares with the best."
    if any(suggestion.favour for suggestion in answer.suggestions):
        meaning += " The order also counts what the words prefer."
    legend = Text(meaning, "dim")
    return Group(table, legend)


def match_text(score: float, best: float) -> Text:
    """Return the score times 100 with a bar that compares it with the best of the list."""
    share = max(score, 0.0) / best if best > 0 else 0.0
    eighths = round(share * _BAR_CELLS * 8)
    whole, rest = divmod(eighths, 8)
    bar = "█" * whole + (_EIGHTHS[rest] if rest else "")
    return Text.assemble((f"{100 * score:3.0f} ", "bold"), (bar.ljust(_BAR_CELLS), "yellow"))


def track_text(track: Track, also_at: Sequence[str] = ()) -> Text:
    """Return title and artist, then length, tempo, key and vocals, then the licence and other places."""
    head = Text(track.title, "bold")
    if track.artist:
        head.append(f"  {track.artist}", "not bold")
    facts = Text(" · ".join(track_facts(track)), "dim")
    lines = [head, facts, licence_text(track.licence)]
    if also_at:
        lines.append(Text(f"same recording at {places(also_at)}", "dim"))
    return Text("\n").join(lines)


def track_facts(track: Track) -> list[str]:
    """Return length, tempo, key and vocals, as far as they are known."""
    facts = [clock(track.duration_s)]
    if track.tempo_bpm is not None:
        facts.append(f"{track.tempo_bpm:.0f} bpm")
    if track.key is not None:
        facts.append(track.key)
    if track.vocals is not None:
        facts.append("vocals" if track.vocals else "instrumental")
    return facts


def licence_text(licence: str) -> Text:
    """Return the licence, an unknown one as a warning."""
    return Text("licence unknown", "red") if licence == LICENCE_UNKNOWN else Text(licence, "cyan")


def use_text(suggestion: Suggestion) -> Text:
    """Return which part of the track to use and how it covers the scope."""
    excerpt, fit = suggestion.excerpt, suggestion.fit
    text = Text(fit.text, "yellow" if fit.shortfall_s else "")
    if fit.scope_s is not None and excerpt.snapped_to in ("bar", "beat"):
        text.append(f"\nstarts on a {excerpt.snapped_to}", "dim")
    return text


def reasons_text(reasons: Sequence[Reason]) -> Text:
    """Return the evidence, one line a kind; of the segments only the one that fits best."""
    segments = [reason for reason in reasons if reason.kind is ReasonKind.SEGMENT]
    shown = [reason for reason in reasons if reason not in segments[1:]]
    return Text("\n".join(line.text for line in grouped(shown)[:_REASONS_SHOWN]))


def reading_lines(prompt: PromptReading, *, has_picture: bool, text_weight: float) -> Text:
    """Return how the request was understood, in one to three lines: demands red, what was relaxed yellow."""
    text = Text()
    if prompt.wanted:
        text.append("Words    ", "dim").append(prompt.wanted)
    if prompt.parts:
        text.append("\nRead as  " if text else "Read as  ", "dim")
        parts = [Text(part.text, _EFFECT_STYLES[part.effect]) for part in prompt.parts]
        text.append_text(Text(" · ").join(parts))
    if has_picture and prompt.wanted:
        words = round(100 * text_weight)
        text.append(f"\nBalance  picture {100 - words} : words {words}", "dim")
    return text


def timeline_table(report: "TimelineReport") -> RenderableType:
    """Return the segments of a scope and the media seen in each."""
    table = _plain_table()
    table.add_column("Segment", justify="right", style="dim")
    table.add_column("From", justify="right")
    table.add_column("Length", justify="right")
    table.add_column("Picture", ratio=1)
    for segment in report.segments:
        seen = Text("\n").join(_piece(use) for use in segment.media)
        table.add_row(
            str(segment.index),
            clock(segment.record.start_s),
            f"{segment.record.duration_s:.1f} s",
            seen if segment.media else Text("no usable picture", "yellow"),
        )
    return table


def _piece(use: "MediaUse") -> Text:
    name = use.path.rpartition("/")[2]
    text = Text(use.clip)
    if name != use.clip:
        text.append(f"  {name}", "dim")
    if use.kind == "still":
        return text.append("  still", "dim")
    backwards = ", backwards" if use.reversed else ""
    return text.append(f"  at {clock(use.source_start_s)}, {use.source_duration_s:.1f} s{backwards}", "dim")


def library_table(libraries: Sequence[LibraryInfo]) -> RenderableType:
    """Return libraries at a glance."""
    table = _plain_table()
    table.add_column("Library", style="bold")
    table.add_column("Tracks", justify="right")
    table.add_column("Music", justify="right")
    table.add_column("Bundle")
    table.add_column("Place", ratio=1, overflow="fold", style="dim")
    for info in libraries:
        table.add_row(info.name, str(info.track_count), clock(info.duration_s), info.bundle_id, info.uri)
    return table


def bundle_table(bundles: Sequence["BundleReport"]) -> RenderableType:
    """Return bundles at a glance."""
    table = _plain_table()
    table.add_column("Bundle", style="bold")
    table.add_column("Size", justify="right")
    table.add_column("From")
    table.add_column("Licence", ratio=1, overflow="fold")
    table.add_column("Digest", style="dim")
    for bundle in bundles:
        name = f"{bundle.id} (the usual)" if bundle.is_default else bundle.id
        source = "the package" if bundle.source == "shipped" else "this machine"
        size = f"{bundle.size_bytes / 1e6:.0f} MB"
        table.add_row(name, size, source, bundle.licence, bundle.digest[:12])
    return table


def bundle_lines(bundle: "BundleReport", manifest: "Manifest") -> RenderableType:
    """Return what a bundle is made of, how it was trained and what was measured."""
    parts = _plain_table()
    parts.add_column("Part", style="bold")
    parts.add_column("From", ratio=3)
    parts.add_column("Licence", ratio=1)
    for origin in manifest.origins:
        parts.add_row(origin.part, "; ".join(filter(None, (origin.origin, origin.note))), origin.licence)
    measured = _plain_table()
    measured.add_column("Measured", ratio=2)
    measured.add_column("Value", justify="right")
    measured.add_column("By", style="dim", ratio=1)
    for metric in manifest.metrics:
        measured.add_row(metric.name, f"{metric.value:.4g}", metric.command)
    head = Text.assemble((bundle.id, "bold"), f"  {bundle.size_bytes / 1e6:.0f} MB in {bundle.folder}")
    return Group(head, Text(manifest.training), parts, measured)


def track_table(tracks: Sequence[Track]) -> RenderableType:
    """Return the tracks of a library."""
    table = _plain_table()
    table.add_column("Track", ratio=3)
    table.add_column("Heard in it", ratio=2)
    table.add_column("Id", style="dim", overflow="fold", ratio=1)
    for track in tracks:
        table.add_row(track_text(track), ", ".join(tag.name for tag in track.tags[:4]), track.id)
    return table


def check_lines(checks: Sequence["Check"]) -> Text:
    """Return the links of the chain, one a line, each broken one with its next step."""
    width = max((len(check.name) for check in checks), default=0)
    lines: list[Text] = []
    for check in checks:
        mark, style = _STATE_MARKS[check.state]
        lines.append(Text.assemble((f"{mark} ", style), f"{check.name:<{width}}  ", (check.message, "dim")))
        if check.hint:
            lines.append(Text.assemble(" " * (width + 4), ("→ ", "cyan"), check.hint))
    return Text("\n").join(lines)


def _plain_table(*, leading: int = 0) -> Table:
    return Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False, header_style="dim", leading=leading)
