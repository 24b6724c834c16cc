"""A bundle out of pulled files: the encoders first, then the towers by the language-bridged recipe."""

import shutil
from pathlib import Path

from filelock import FileLock

from temptrack.model.bundles import load_bundle
from temptrack.model.manifest import Manifest
from temptrack_export.bundle_bridged import run_recipe
from temptrack_export.clip_encoders import write_encoders
from temptrack_export.clip_memory import scene_phrases
from temptrack_train.recipes.sources import Texts


def build_pulled(pulled: Path, texts: Texts, folder: Path, *, bundle_id: str, base: str | Path) -> Manifest:
    """Build a bundle.

    Args:
        pulled: files that ``temptrack bundle pull`` brought, with their entry beside them.
        texts: what the towers are trained on.
        folder: where the bundle goes; must not exist. It appears whole or not at all.
        bundle_id: name and version of the bundle.
        base: the bundle whose audio encoder and tags are kept, by id or folder.

    Raises:
        AlreadyExists: BUNDLE_EXISTS.
        NotFound, Corrupt: what was pulled is not what its entry promises, or not a CLIP.
        Corrupt: PARITY, a graph fails parity; nothing is left behind.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    encoders = folder.with_name(f".{folder.name}.encoders")
    # A builder whose caller was killed goes on; another one waits for what it makes.
    with FileLock(folder.with_name(f".{folder.name}.lock")):
        shutil.rmtree(encoders, ignore_errors=True)
        encoders.mkdir()
        try:
            write_encoders(pulled, encoders, load_bundle(base, device="cpu"))
            loaded = load_bundle(encoders, device="cpu")
            # Pictures are means of these phrases, so their mean is that of the phrases.
            picture_mean = loaded.encode_text(scene_phrases()).mean(axis=0)
            return run_recipe(loaded, texts, folder, bundle_id=bundle_id, picture_mean=picture_mean)
        finally:
            shutil.rmtree(encoders, ignore_errors=True)
