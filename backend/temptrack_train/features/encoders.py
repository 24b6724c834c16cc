"""Encoders by name: a bundle's id or folder, ``open_clip:WEIGHTS`` or ``deepsim:WEIGHTS``."""

from pathlib import Path

from temptrack.errors import InvalidRequest
from temptrack.model.bundles import load_bundle
from temptrack_train.audio_encoders.bundled import BundledAudioEncoder
from temptrack_train.audio_encoders.types import AudioEncoder
from temptrack_train.datasets.types import TextEncoder
from temptrack_train.features.bundled_text import BundledTextEncoder
from temptrack_train.features.extractors import BundledFrameEncoder, FrameEncoder


def frame_encoder(name: str, *, device: str = "auto") -> FrameEncoder:
    """Return the frame encoder of a bundle or of a CLIP checkpoint.

    Args:
        name: a bundle's id or folder, or ``open_clip:WEIGHTS``.
        device: "auto", "cpu" or "cuda".

    Raises:
        InvalidRequest: ENCODER_NAME, the kind does not look at frames.
        TemptrackError: the bundle or the weights cannot be loaded.
    """
    kind, weights = _parts(name)
    if kind == "open_clip":
        from temptrack_train.features.open_clip_encoders import OpenClip, OpenClipFrameEncoder

        return OpenClipFrameEncoder(OpenClip(weights, device=_torch_device(device)))
    if kind:
        raise _unknown(name, "frames", "open_clip:WEIGHTS")
    return BundledFrameEncoder(load_bundle(name, device=device))


def audio_encoder(name: str, *, device: str = "auto") -> AudioEncoder:
    """Return the audio encoder of a bundle or a DeepSim-like network.

    Args:
        name: a bundle's id or folder, or ``deepsim:WEIGHTS``.
        device: "auto", "cpu" or "cuda".

    Raises:
        InvalidRequest: ENCODER_NAME, the kind does not listen.
        TemptrackError: the bundle or the weights cannot be loaded.
    """
    kind, weights = _parts(name)
    if kind == "deepsim":
        from temptrack_train.audio_encoders.deepsim_encoder import DeepSimEncoder

        return DeepSimEncoder(weights, device=_torch_device(device))
    if kind:
        raise _unknown(name, "sound", "deepsim:WEIGHTS")
    return BundledAudioEncoder(load_bundle(name, device=device))


def text_encoder(name: str, *, device: str = "auto") -> TextEncoder:
    """Return the text encoder of a bundle or of a CLIP checkpoint.

    Args:
        name: a bundle's id or folder, or ``open_clip:WEIGHTS``.
        device: "auto", "cpu" or "cuda".

    Raises:
        InvalidRequest: ENCODER_NAME, the kind does not read.
        TemptrackError: the bundle or the weights cannot be loaded.
    """
    kind, weights = _parts(name)
    if kind == "open_clip":
        from temptrack_train.features.open_clip_encoders import OpenClip, OpenClipTextEncoder

        return OpenClipTextEncoder(OpenClip(weights, device=_torch_device(device)))
    if kind:
        raise _unknown(name, "words", "open_clip:WEIGHTS")
    return BundledTextEncoder(load_bundle(name, device=device))


def _parts(name: str) -> tuple[str, Path]:
    kind, colon, weights = name.partition(":")
    # A bundle's folder may hold a colon; only the two kinds there are stand before one.
    return (kind, Path(weights)) if colon and kind in ("open_clip", "deepsim") else ("", Path(name))


def _torch_device(device: str) -> str:
    if device != "auto":
        return device
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _unknown(name: str, what: str, other: str) -> InvalidRequest:
    return InvalidRequest(
        f"'{name}' is no encoder of {what}.",
        reason="ENCODER_NAME",
        hint=f"Name a bundle or {other}.",
    )
