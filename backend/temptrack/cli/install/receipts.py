"""Files put into folders of other programs: a receipt names each, so that exactly those go again."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from temptrack.errors import Corrupt, Forbidden


def copy_files(files: Mapping[Path, Path], root: Path, receipt: Path) -> list[Path]:
    """Copy files into a folder of another program; an older installation is removed first.

    Args:
        files: where each file goes below the folder, and where it is.
        root: the folder.
        receipt: where the list of what was copied goes, below the folder.

    Returns:
        Files of an older installation that the user had changed; they are kept under another name.

    Raises:
        Forbidden: a link leads out of the folder (SYMLINK), or the folder cannot be written to (UNWRITABLE).
        Corrupt: the receipt of an older installation cannot be read (BAD_RECEIPT).
    """
    for relative in files:
        _refuse_links(root, relative)
    kept = [_set_aside(path) for path in remove_files(root, receipt)]
    digests: dict[str, str] = {}
    try:
        for relative, original in files.items():
            target = root / relative
            if target.exists():
                kept.append(_set_aside(target))
            _write(target, original.read_bytes())
            digests[relative.as_posix()] = digest_of(target)
            # Written after every file: what was copied before a failure can still be removed.
            _write(root / receipt, json.dumps({"files": digests}, indent=1).encode())
    except OSError as error:
        raise _unwritable(root, error) from error
    return kept


def remove_files(root: Path, receipt: Path) -> list[Path]:
    """Remove what a receipt names, as long as it is as it was written; without a receipt do nothing.

    Returns:
        Files that were changed since, and that were left alone.

    Raises:
        Forbidden: a link leads out of the folder (SYMLINK), or a file cannot be removed (UNWRITABLE).
        Corrupt: the receipt cannot be read (BAD_RECEIPT).
    """
    written = root / receipt
    changed = []
    try:
        for relative, digest in _read_receipt(written).items():
            _refuse_links(root, relative)
            path = root / relative
            if not path.is_file():
                continue
            if digest_of(path) == digest:
                path.unlink()
            else:
                changed.append(path)
        written.unlink(missing_ok=True)
        _remove_empty_folders(written.parent)
    except OSError as error:
        raise _unwritable(root, error) from error
    return changed


def _refuse_links(root: Path, relative: Path) -> None:
    """Refuse to write or delete through a link below the folder: it may lead anywhere."""
    place = root
    for part in relative.parts:
        place = place / part
        if part == ".." or relative.is_absolute() or place.is_symlink():
            raise Forbidden(
                f"{place} is a link or leads out of the folder; nothing is written or removed there.",
                reason="SYMLINK",
                hint="Replace it with a real folder or file, or name another place with --folder.",
                metadata={"path": str(place)},
            )


def _read_receipt(path: Path) -> dict[Path, str]:
    if not path.is_file():
        return {}
    try:
        files = json.loads(path.read_text(encoding="utf-8"))["files"]
        return {Path(name): str(digest) for name, digest in files.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Corrupt(
            f"The receipt {path} cannot be read.",
            reason="BAD_RECEIPT",
            hint=f"Delete {path.parent} by hand, then install again.",
            metadata={"path": str(path)},
        ) from error


def _set_aside(path: Path) -> Path:
    kept = path.with_name(f"{path.name}.changed")
    os.replace(path, kept)
    return kept


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(content)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _remove_empty_folders(top: Path) -> None:
    """Remove what is empty now, from the receipt's own folder down."""
    for folder, _names, _files in os.walk(top, topdown=False):
        # What Python left of our own modules belongs to nobody.
        if Path(folder).name == "__pycache__":
            shutil.rmtree(folder)
        elif not any(Path(folder).iterdir()):
            Path(folder).rmdir()


def digest_of(path: Path) -> str:
    """Return the hex SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _unwritable(root: Path, error: OSError) -> Forbidden:
    return Forbidden(
        f"{root} cannot be written to: {error.strerror or error}.",
        reason="UNWRITABLE",
        hint="Change its permissions, or name another place with --folder.",
        metadata={"path": str(root)},
    )
