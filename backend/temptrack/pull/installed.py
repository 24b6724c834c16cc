"""The bundles of this machine: which there are, whether they are whole, and taking one away."""

import shutil
from collections.abc import Sequence

from temptrack import home
from temptrack.errors import Forbidden, TemptrackError
from temptrack.model.bundles import SHIPPED_FOLDER, find_bundle, list_bundles
from temptrack.model.manifest import Manifest, read_manifest, verify_files
from temptrack.pull.pulling import downloads_folder
from temptrack.seat.failures import explain
from temptrack.seat.reports import BundleReport, Check


def describe(bundle: str) -> tuple[BundleReport, Manifest]:
    """Return what there is to know of a bundle, by id or folder.

    Raises:
        NotFound, Corrupt, NotSupported, Forbidden: as ``read_manifest`` says.
    """
    folder = find_bundle(bundle)
    manifest, digest = read_manifest(folder)
    report = BundleReport(
        id=manifest.id,
        folder=str(folder),
        source="shipped" if folder.parent == SHIPPED_FOLDER else "installed",
        is_default=manifest.id == home.DEFAULT_BUNDLE,
        size_bytes=sum(entry.size_bytes for entry in manifest.files),
        licence=manifest.licence,
        digest=digest,
    )
    return report, manifest


def describe_all() -> tuple[list[BundleReport], list[TemptrackError]]:
    """Return all bundles of this machine, and what is wrong with those that cannot be read."""
    found, broken = [], []
    for name in list_bundles():
        try:
            found.append(describe(name)[0])
        except TemptrackError as error:
            broken.append(error)
    return found, broken


def verify(bundles: Sequence[str]) -> list[Check]:
    """Compare every byte of bundles with their manifests."""
    return [_verify(name) for name in bundles]


def _verify(name: str) -> Check:
    try:
        folder = find_bundle(name)
        manifest, digest = read_manifest(folder)
        verify_files(folder, manifest)
    except TemptrackError as error:
        ours = explain(error)
        return Check(
            name=name, state="broken", message=ours.message, hint=ours.hint, exit_code=ours.exit_code
        )
    return Check(name=name, state="ok", message=f"{len(manifest.files)} files are intact ({digest[:12]})")


def users_of(bundle_id: str) -> list[str]:
    """Return the libraries of this machine that were indexed with a bundle."""
    from temptrack.library.store import LibraryStore, library_names

    users = []
    for name in library_names():
        try:
            if LibraryStore.open(name).bundle_id == bundle_id:
                users.append(name)
        except TemptrackError:
            continue  # what cannot be opened is `doctor`'s to tell
    return users


def can_be_removed(bundle: str) -> bool:
    """Return whether a bundle was installed, rather than shipped. Raises NotFound (BUNDLE_NOT_FOUND)."""
    return find_bundle(bundle).parent == home.bundles_folder()


def remove(bundle: str, *, keep_downloads: bool = False) -> int:
    """Take a bundle away, whole or damaged.

    Args:
        bundle: its id.
        keep_downloads: leave the files it was built of, to build it anew.

    Returns:
        Bytes that were freed.

    Raises:
        NotFound: BUNDLE_NOT_FOUND.
        Forbidden: BUNDLE_NOT_INSTALLED, it is part of the package, or a folder of the user's own.
    """
    folder = find_bundle(bundle)
    if not can_be_removed(bundle):
        raise Forbidden(
            f"'{bundle}' is not a bundle that was installed.",
            reason="BUNDLE_NOT_INSTALLED",
            hint="What ships with the package goes with it; a folder of your own is yours to remove.",
        )
    # By its name it is gone at once; after a kill in between the next removal takes the hidden folder away.
    hidden = folder.with_name(f".{folder.name}.removed")
    shutil.rmtree(hidden, ignore_errors=True)
    folder.rename(hidden)
    places = [hidden] if keep_downloads else [hidden, downloads_folder(folder.name)]
    freed_bytes = sum(path.stat().st_size for place in places for path in place.rglob("*") if path.is_file())
    for place in places:
        shutil.rmtree(place, ignore_errors=True)
    return freed_bytes
