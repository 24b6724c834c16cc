"""Checks a query before any work is done, and gives equal queries equal digests."""

import difflib
import hashlib
import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

import numpy as np

from temptrack.errors import InvalidRequest, NotReady
from temptrack.library.types import LibraryInfo, TrackFilter
from temptrack.media.types import Frames
from temptrack.model.types import Bundle
from temptrack.suggest.types import PictureSegment, PromptReading, Query

MAX_LIMIT: Final = 1000
"""Most suggestions one answer holds."""


def check_query(query: Query, bundle: Bundle) -> None:
    """Refuse a query that can never be answered by this bundle.

    Raises:
        InvalidRequest: for a value out of range, naming it.
        NotReady: when the picture was encoded by another frame encoder.
    """
    if not query.library.strip():
        raise InvalidRequest(
            "No library was named.",
            reason="NO_LIBRARY",
            hint="Name one of those that `temptrack library list` shows.",
        )
    if not 1 <= query.limit <= MAX_LIMIT:
        raise InvalidRequest(
            f"Limit {query.limit} is not in 1 to {MAX_LIMIT}.",
            reason="LIMIT_OUT_OF_RANGE",
            hint=f"Ask for 1 to {MAX_LIMIT} suggestions.",
        )
    if not 0.0 <= query.text_weight <= 1.0:
        raise InvalidRequest(
            f"Text weight {query.text_weight} is not in 0 to 1.",
            reason="TEXT_WEIGHT_OUT_OF_RANGE",
            hint="Use 0 for the picture only, 1 for the words only, or a value between.",
        )
    if query.scope_s is not None and query.scope_s <= 0:
        raise InvalidRequest(
            f"The scope is {float(query.scope_s):g} s long.",
            reason="EMPTY_SCOPE",
            hint="Choose a part of the timeline that has a length.",
        )
    _check_tags(query.where, bundle)
    for index, segment in enumerate(query.picture):
        _check_segment(index, segment, bundle)


def check_asks_something(query: Query, reading: PromptReading) -> None:
    """Refuse a query without words, picture and reference. Raises InvalidRequest."""
    if not (reading.wanted or reading.excluded_words or query.picture or query.reference_track_id):
        raise InvalidRequest(
            "The query asks for nothing: no words, no picture and no reference track.",
            reason="EMPTY_QUERY",
            hint="Give a prompt, a timeline with picture, or a track to sound like.",
        )


def check_library(info: LibraryInfo, bundle: Bundle) -> None:
    """Refuse a library that cannot be searched with this bundle. Raises NotReady."""
    facts = {"library": info.name, "library_bundle": info.bundle_id, "engine_bundle": bundle.id}
    if info.bundle_digest != bundle.digest:
        same_name = info.bundle_id == bundle.id
        made_with = f"another build of bundle {info.bundle_id}" if same_name else f"bundle {info.bundle_id}"
        raise NotReady(
            f"Library {info.name!r} was indexed with {made_with}; this engine runs {bundle.id}.",
            reason="BUNDLE_MISMATCH",
            hint=f"Run `temptrack library reindex {info.name}`, or run the bundle it was made with.",
            metadata=facts,
        )
    if info.track_count == 0:
        raise NotReady(
            f"Library {info.name!r} holds no tracks.",
            reason="LIBRARY_EMPTY",
            hint=f"Run `temptrack library index {info.name} FOLDER` with a folder of music.",
            metadata=facts,
        )


def check_frames(frames: Frames, repeats: Sequence[int], bundle: Bundle) -> None:
    """Refuse frames this bundle cannot encode. Raises InvalidRequest."""
    size = bundle.frame_spec.size_px
    wanted = (len(frames), size, size, 3)
    if len(frames) == 0 or frames.dtype != np.uint8 or frames.shape != wanted:
        raise InvalidRequest(
            f"Frames of shape {list(frames.shape)} and type {frames.dtype} do not fit {bundle.id}.",
            reason="FRAMES_SHAPE",
            hint=f"Send at least one frame, as uint8 RGB of {size} by {size} pixels.",
        )
    if len(repeats) != len(frames) or any(count < 1 for count in repeats):
        raise InvalidRequest(
            f"{len(frames)} frames came with repeats {list(repeats)[:8]}.",
            reason="FRAMES_REPEATS",
            hint="Send one repeat count of at least 1 for each frame.",
        )


def query_digest(query: Query) -> str:
    """Return the hex SHA-256 of a query in a form that does not depend on how it was built or sent."""
    where = query.where.model_dump(mode="json")
    canonical = {
        "schema": 1,
        "library": query.library,
        "prompt": query.prompt,
        "picture": [_segment_fingerprint(segment) for segment in query.picture],
        "scope_s": _exact(query.scope_s),
        "text_weight": float(query.text_weight),
        "where": {name: sorted(value) if isinstance(value, list) else value for name, value in where.items()},
        "reference_track_id": query.reference_track_id or None,
        "limit": query.limit,
        "blind": query.blind,
    }
    text = json.dumps(canonical, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _segment_fingerprint(segment: PictureSegment) -> list[str | None]:
    values = np.ascontiguousarray(segment.features.values, dtype="<f4").tobytes()
    return [
        segment.features.encoder_id,
        hashlib.sha256(values).hexdigest(),
        _exact(segment.start_s),
        _exact(segment.duration_s),
    ]


def _exact(value: Fraction | None) -> str | None:
    return None if value is None else f"{value.numerator}/{value.denominator}"


def _check_segment(index: int, segment: PictureSegment, bundle: Bundle) -> None:
    features = segment.features
    if features.encoder_id != bundle.frame_encoder_id:
        raise NotReady(
            f"Segment {index} was encoded by {features.encoder_id!r}; this engine runs "
            f"{bundle.frame_encoder_id!r}.",
            reason="ENCODER_MISMATCH",
            hint="Encode the picture again with this engine.",
            metadata={"features_encoder": features.encoder_id, "engine_encoder": bundle.frame_encoder_id},
        )
    if features.values.shape != (bundle.video_dim,):
        raise InvalidRequest(
            f"Segment {index} has features of shape {list(features.values.shape)} instead of "
            f"[{bundle.video_dim}].",
            reason="FEATURES_SHAPE",
            hint="Send the features as EncodeSegment returned them.",
        )
    if not np.isfinite(features.values).all():
        raise InvalidRequest(
            f"Segment {index} has features that are not finite numbers.",
            reason="FEATURES_NOT_FINITE",
            hint="Encode that segment again.",
        )
    if segment.duration_s <= 0:
        raise InvalidRequest(
            f"Segment {index} is {float(segment.duration_s):g} s long.",
            reason="EMPTY_SEGMENT",
            hint="Leave out segments without picture.",
        )


def _check_tags(where: TrackFilter, bundle: Bundle) -> None:
    known = {tag.name.casefold(): tag.name for tag in bundle.tags}
    for tag in (*where.tags_all, *where.tags_none):
        if tag.casefold() not in known:
            near = difflib.get_close_matches(tag.casefold(), known, n=3)
            raise InvalidRequest(
                f"Bundle {bundle.id} knows no tag {tag!r}.",
                reason="UNKNOWN_TAG",
                hint=f"Did you mean {', '.join(near)}?" if near else "Put it in the prompt instead.",
                metadata={"tag": tag},
            )
