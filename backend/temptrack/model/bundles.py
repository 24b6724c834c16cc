"""Finding bundles and loading them."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from temptrack import home
from temptrack.errors import NotFound, TemptrackError
from temptrack.model.manifest import MANIFEST_NAME, read_manifest, verify_files
from temptrack.model.onnx_bundle import OnnxBundle
from temptrack.model.sessions import Gpu, choose_device

log = logging.getLogger(__name__)

SHIPPED_FOLDER = Path(__file__).parent / "shipped"


def list_bundles() -> Sequence[str]:
    """Return the ids of the bundles on this machine, shipped and installed, sorted."""
    found = {
        manifest.parent.name
        for folder in (SHIPPED_FOLDER, home.bundles_folder())
        for manifest in folder.glob(f"*/{MANIFEST_NAME}")
        # A bundle being built stands in a hidden folder.
        if not manifest.parent.name.startswith(".")
    }
    return sorted(found)


def bundle_digests() -> Mapping[str, str]:
    """Return the hex SHA-256 of the manifest of every bundle on this machine by its id.

    A bundle whose manifest cannot be read is left out.
    """
    digests = {}
    for name in list_bundles():
        try:
            _, digests[name] = read_manifest(find_bundle(name))
        except TemptrackError as error:
            log.warning("Bundle %r is left out: %s", name, error)
    return digests


def load_bundle(
    id_or_folder: str | Path = home.DEFAULT_BUNDLE,
    *,
    device: str = "auto",
    threads: int | None = None,
    gpu: Gpu | None = None,
) -> OnnxBundle:
    """Load a bundle after checking every hash in its manifest.

    Args:
        id_or_folder: an id such as "lite-1", or the folder of a bundle.
        device: "auto", "cpu" or "cuda".
        threads: processor threads for one call, or None for as many as there are cores.
        gpu: which GPU and how much of it, where the device is CUDA; None takes the first.

    Raises:
        NotFound: there is no such bundle.
        NotSupported: its format is newer, or the device or an extra is missing.
        Corrupt: a file differs from its manifest.
    """
    folder = find_bundle(id_or_folder)
    settled = choose_device(device)
    manifest, digest = read_manifest(folder)
    verify_files(folder, manifest)
    return OnnxBundle(folder, manifest, digest, device=settled, threads=threads, gpu=gpu)


def find_bundle(id_or_folder: str | Path) -> Path:
    """Return the folder of a bundle of this machine; one that was installed goes before one that ships.

    Raises:
        NotFound: BUNDLE_NOT_FOUND.
    """
    as_path = Path(id_or_folder).expanduser()
    if as_path.is_dir():
        return as_path
    name = str(id_or_folder)
    if name == as_path.name:
        for parent in (home.bundles_folder(), SHIPPED_FOLDER):
            if (parent / name / MANIFEST_NAME).is_file():
                return parent / name
    known = ", ".join(list_bundles()) or "none"
    raise NotFound(
        f"There is no bundle '{name}'.",
        reason="BUNDLE_NOT_FOUND",
        hint=f"Bundles on this machine: {known}. A folder with a {MANIFEST_NAME} works too.",
    )
