"""The encoders of lite-1: another bundle's for pictures and words, and for sound the listener, made anew.

They are written as a bundle without towers, from which recipes take their encoders.
"""

from pathlib import Path

from temptrack import __version__
from temptrack.model.manifest import FORMAT_VERSION, AudioPreprocessing, GraphName, Manifest, Origin
from temptrack.model.onnx_bundle import OnnxBundle
from temptrack_export import musicnn
from temptrack_export.assembly import Assembly, whole_or_nothing
from temptrack_export.ears import listener_ears
from temptrack_export.listening import add_listener
from temptrack_export.manifests import write_manifest

COMMAND = "temptrack-train recipe language-bridged --musicnn"

_KEPT: tuple[GraphName, ...] = ("frame_encoder", "text_encoder")

ORIGIN = Origin(
    part="audio_encoder",
    origin="musicnn 0.1.0, models MSD_musicnn and MTT_musicnn with their last hidden layers, and descriptors",
    licence="ISC",
    note="Music Technology Group, Universitat Pompeu Fabra; by Jordi Pons; descriptors are this project's",
)


def write_encoders(base: OnnxBundle, musicnn_sdist: Path, folder: Path) -> Manifest:
    """Write encoders.

    Args:
        base: whose encoders of pictures and words are kept, byte for byte.
        musicnn_sdist: source distribution of musicnn 0.1.0.
        folder: where they go; must not exist. It appears whole or not at all.

    Raises:
        AlreadyExists: BUNDLE_EXISTS.
        Corrupt: PARITY.
    """
    kept = base.manifest
    with whole_or_nothing(folder) as partial:
        assembly = Assembly(partial, COMMAND)
        for name in _KEPT:
            assembly.keep_graph(base.folder, kept, name)
        assembly.keep(base.folder, kept.text.tokenizer)
        add_listener(assembly, musicnn_sdist)
        tags = listener_ears().tags
        assert tags is not None
        origins = (*(one for one in kept.origins if one.part in _KEPT), ORIGIN)
        manifest = Manifest(
            format=FORMAT_VERSION,
            id=f"{base.id}-listening",
            embed_dim=kept.embed_dim,
            files=tuple(assembly.files),
            graphs=assembly.graphs,
            frames=kept.frames,
            text=kept.text,
            audio=AudioPreprocessing(
                rate_hz=musicnn.RATE_HZ,
                window_samples=musicnn.WINDOW_SAMPLES,
                fft_size=musicnn.FFT_SIZE,
                hop=musicnn.HOP,
                mel_bins=musicnn.MEL_BINS,
            ),
            tags=tags.entries,
            x_null="none: there are no towers",
            licence=" AND ".join(dict.fromkeys(one.licence for one in origins)),
            origins=origins,
            training="none: encoders alone",
            code_version=__version__,
            metrics=tuple(assembly.metrics),
        )
        write_manifest(partial, manifest)
    return manifest
