"""How a cue is spelled in OpenTimelineIO: clips, one-sided transitions and metadata. See docs/adr/0004."""

from collections.abc import Iterator
from typing import Any

from opentimelineio import opentime, schema

from temptrack.timeline.cue import Cue, CuePart
from temptrack.timeline.rates import rational_time

METADATA_KEY = "temptrack"
"""Everything temptrack writes into a timeline lies under this key of the metadata."""

MIN_GAIN_DB, MAX_GAIN_DB = -100.0, 30.0


def cue_items(cue: Cue, identifier: str, rate_hz: float, *, resolve: bool) -> Iterator[Any]:
    """Yield what goes on the lane: a fade, the clips, a fade.

    Args:
        cue: the music.
        identifier: names the cue within its timeline.
        rate_hz: the timeline's rate as it spells it.
        resolve: whether to add what DaVinci Resolve reads beyond OpenTimelineIO.
    """
    if cue.fade_in_frames:
        yield _fade(rate_hz, "in", identifier, after=cue.fade_in_frames, resolve=resolve)
    for number, part in enumerate(cue.parts):
        yield _clip(rate_hz, cue, part, number, identifier, resolve=resolve)
    if cue.fade_out_frames:
        yield _fade(rate_hz, "out", identifier, before=cue.fade_out_frames, resolve=resolve)


def _fade(
    rate_hz: float, side: str, identifier: str, *, before: int = 0, after: int = 0, resolve: bool
) -> Any:
    """Return a one-sided transition: all of it lies within the music, none over the silence beside it."""
    metadata: dict[str, Any] = {METADATA_KEY: {"placement": {"cue_id": identifier, "fade": side}}}
    if resolve:
        effect = {
            "Effect Name": "Cross Fade 0 dB",
            "Enabled": True,
            "Name": "Cross Fade",
            "Parameters": [],
            "Type": 40,
        }
        metadata["Resolve_OTIO"] = {"Effects": effect, "Transition Type": "Cross Fade 0DB"}
    return schema.Transition(
        name=f"Fade {side}",
        transition_type=schema.TransitionTypes.SMPTE_Dissolve,
        in_offset=opentime.RationalTime(before, rate_hz),
        out_offset=opentime.RationalTime(after, rate_hz),
        metadata=metadata,
    )


def _clip(rate_hz: float, cue: Cue, part: CuePart, number: int, identifier: str, *, resolve: bool) -> Any:
    placement: dict[str, Any] = {
        "cue_id": identifier,
        "part": number,
        "parts": len(cue.parts),
        "gain_db": float(cue.gain_db),
        "fade_in_frames": cue.fade_in_frames if number == 0 else 0,
        "fade_out_frames": cue.fade_out_frames if number == len(cue.parts) - 1 else 0,
        "source_start_s": float(part.source_start_s),
    }
    metadata: dict[str, Any] = {METADATA_KEY: {**cue.provenance, "placement": placement}}
    effects = []
    if resolve:
        channels = [{"Source Channel ID": channel, "Source Track ID": 0} for channel in (0, 1)]
        metadata["Resolve_OTIO"] = {"Channels": channels}
        if cue.gain_db:
            effects.append(_resolve_volume(cue.gain_db))
    path = cue.path.absolute()
    reference = schema.ExternalReference(
        target_url=str(path),
        available_range=opentime.TimeRange(
            opentime.RationalTime(0, rate_hz), rational_time(cue.track_duration_s, rate_hz)
        ),
    )
    reference.name = path.name
    return schema.Clip(
        name=cue.name,
        media_reference=reference,
        source_range=opentime.TimeRange(
            rational_time(part.source_start_s, rate_hz),
            opentime.RationalTime(part.record.duration_frames, rate_hz),
        ),
        effects=effects,
        metadata=metadata,
    )


def _resolve_volume(gain_db: float) -> Any:
    parameter = {
        "Default Parameter Value": 0.0,
        "Key Frames": {},
        "Parameter ID": "volume",
        "Parameter Value": gain_db,
        "Variant Type": "Double",
        "maxValue": MAX_GAIN_DB,
        "minValue": MIN_GAIN_DB,
    }
    effect = {
        "Effect Name": "Fairlight Clip Volume and Fades",
        "Enabled": True,
        "Name": "Volume",
        "Parameters": [parameter],
        "Type": 62,
    }
    return schema.Effect(effect_name="Resolve Effect", metadata={"Resolve_OTIO": effect})


def written_by_us(item: Any) -> Any:
    """Return what temptrack wrote into an item's metadata, or None."""
    ours = item.metadata.get(METADATA_KEY)
    return ours if hasattr(ours, "get") else None


def cue_id_of(item: Any) -> str:
    """Return the id of the cue that an item belongs to, or an empty string."""
    ours = written_by_us(item)
    placement = None if ours is None else ours.get("placement")
    return "" if placement is None or not hasattr(placement, "get") else str(placement.get("cue_id", ""))
