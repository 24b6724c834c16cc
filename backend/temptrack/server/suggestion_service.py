"""Encodes segments and ranks tracks for callers."""

import asyncio
from typing import Any

import grpc.aio

from temptrack import errors
from temptrack.model.types import SegmentFeatures
from temptrack.server.audit import AuditLog
from temptrack.server.callers import current_caller
from temptrack.server.engine import Engine
from temptrack.server.interceptors import call_of
from temptrack.server.shelf import Shelf
from temptrack.suggest.types import Suggester
from temptrack.wire import convert
from temptrack.wire.pictures import from_pictures
from temptrack_api.v1 import bundle_pb2, bundle_pb2_grpc, suggestion_pb2, suggestion_pb2_grpc


class SuggestionService(suggestion_pb2_grpc.SuggestionServiceServicer):
    """Answers with the engine, a call at a time in a thread of its own."""

    def __init__(self, engine: Engine, shelf: Shelf, audit: AuditLog, *, deadline_s: float) -> None:
        self._engine = engine
        self._shelf = shelf
        self._audit = audit
        self._deadline_s = deadline_s

    async def EncodeSegment(
        self,
        request: suggestion_pb2.EncodeSegmentRequest,
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> suggestion_pb2.EncodeSegmentResponse:
        """Encode the pictures of one segment."""
        info = self._engine.info
        _check_encoder(request.encoder_id, info.frame_encoder_id)

        def encode(suggester: Suggester) -> SegmentFeatures:
            # Decoded only now: what is dropped from the line has cost nothing.
            frames, repeats = from_pictures(request.pictures, size_px=info.frame_size_px)
            return suggester.encode_segment(frames, repeats)

        features = await self._engine.run(encode, call_of(context, self._deadline_s))
        return suggestion_pb2.EncodeSegmentResponse(features=convert.features_to_message(features))

    async def Suggest(
        self,
        request: suggestion_pb2.SuggestRequest,
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> suggestion_pb2.SuggestResponse:
        """Rank the tracks of a library."""
        query = convert.query_from_message(request)
        answer = await self._engine.run(
            lambda suggester: suggester.suggest(query), call_of(context, self._deadline_s)
        )
        return convert.suggestions_to_message(answer)

    async def ReportCue(
        self,
        request: suggestion_pb2.ReportCueRequest,
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> suggestion_pb2.ReportCueResponse:
        """Note in the audit log what an editor did with a track."""
        report = convert.cue_report_from_message(request)
        track = await asyncio.to_thread(self._shelf.track, report.library, report.track_id)
        recorded = await asyncio.to_thread(
            self._audit.write,
            f"cue-{report.action}",
            current_caller().name,
            peer=context.peer(),
            library=report.library,
            track_id=track.id,
            title=track.title,
            path=track.path,
            licence=track.licence,
            timeline=report.timeline,
            host=report.host,
            record_start_s=str(report.record_start_s),
            record_duration_s=str(report.record_duration_s),
            query_digest=report.query_digest,
            report=report.id,
            once=report.id,
        )
        return suggestion_pb2.ReportCueResponse(recorded=recorded)


class BundleService(bundle_pb2_grpc.BundleServiceServicer):
    """Says what is loaded."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def GetBundle(
        self, request: bundle_pb2.GetBundleRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> bundle_pb2.GetBundleResponse:
        """Describe the bundle."""
        return bundle_pb2.GetBundleResponse(bundle=convert.engine_to_message(self._engine.info))


def _check_encoder(asked: str, served: str) -> None:
    if asked and asked != served:
        raise errors.NotReady(
            f"Pictures were meant for the frame encoder {asked!r}; this server runs {served!r}.",
            reason="ENCODER_MISMATCH",
            hint="Ask the server again what it runs, and encode the whole picture with that.",
            metadata={"asked": asked, "served": served},
        )
