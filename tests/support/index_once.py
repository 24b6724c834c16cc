"""A process that indexes once: `python index_once.py URI FOLDER [most bytes of one]`; prints JSON."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.fake_bundle import FakeBundle
from temptrack.errors import TemptrackError
from temptrack.library.ingest import index_folders
from temptrack.library.store import LibraryStore


def main() -> None:
    uri, folder, *limit = sys.argv[1:]
    store = LibraryStore.open(uri)
    if limit:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit[0]), int(limit[0])))
    try:
        said = index_folders(store, [folder], FakeBundle, workers=0, commit_rows=1).model_dump()
    except TemptrackError as error:
        said = {"reason": error.reason, "message": str(error)}
    print(json.dumps(said))  # noqa: T201 - the process that started this one reads it


if __name__ == "__main__":
    main()
