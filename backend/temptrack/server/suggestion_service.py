"""Encodes segments and ranks tracks for callers."""

import asyncio
from typing import Any

import grpc.aio

from temptrack import errors
from temptrack.server.engine import Engine
from temptrack.server.interceptors import time_left_s
from temptrack.wire import convert
from temptrack.wire.pictures import from_pictures
from temptrack_api.v1 import bundle_pb2, bundle_pb2_grpc, suggestion_pb2, suggestion_pb2_grpc


class SuggestionService(suggestion_pb2_grpc.SuggestionServiceServicer):
    """Decodes pictures beside the device and does everything else on it."""

    def __init__(self, engine: Engine, *, deadline_s: float) -> None:
        self._engine = engine
        self._deadline_s = deadline_s

    async def EncodeSegment(
        self,
        request: suggestion_pb2.EncodeSegmentRequest,
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> suggestion_pb2.EncodeSegmentResponse:
        """Encode the pictures of one segment."""
        info = self._engine.info
        _check_encoder(request.encoder_id, info.frame_encoder_id)
        frames, repeats = await asyncio.get_running_loop().run_in_executor(
            self._engine.decoding, lambda: from_pictures(request.pictures, size_px=info.frame_size_px)
        )
        features = await self._engine.run(
            lambda suggester: suggester.encode_segment(frames, repeats),
            time_left_s=time_left_s(context, self._deadline_s),
        )
        return suggestion_pb2.EncodeSegmentResponse(features=convert.features_to_message(features))

    async def Suggest(
        self,
        request: suggestion_pb2.SuggestRequest,
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> suggestion_pb2.SuggestResponse:
        """Rank the tracks of a library."""
        query = convert.query_from_message(request)
        answer = await self._engine.run(
            lambda suggester: suggester.suggest(query), time_left_s=time_left_s(context, self._deadline_s)
        )
        return convert.suggestions_to_message(answer)


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
