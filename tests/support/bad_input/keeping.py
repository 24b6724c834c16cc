"""Bad compacting, backups and restores, and libraries that others keep."""

import sys
from collections.abc import Callable

from support.bad_input.case import Case, Outcome, Place, call, command
from support.object_store import object_store
from temptrack.api.library import Library
from temptrack.library.copies import back_up_library


def backed_up_already(place: Place) -> None:
    back_up_library(place.stock(2), str(place.folder / "backup"))


def without_bucket(place: Place) -> Outcome:
    with object_store():
        return command("library", "create", "stock", "--at", "s3://no-such-bucket/stock")(place)


def without_package(package: str, *words: str) -> Callable[[Place], Outcome]:
    def prepare(place: Place) -> None:
        place.stock()
        place.patch.setitem(sys.modules, package, None)

    return command("library", "index", "stock", "FOLDER", *words, prepare=prepare)


KEEPING = (
    Case(
        "compacting that keeps no version for those who search",
        command(
            "library", "compact", "stock", "--keep-versions-for", "0s", prepare=lambda place: place.stock(2)
        ),
    ),
    Case(
        "a backup onto another backup",
        command("library", "backup", "stock", "FOLDER/backup", prepare=backed_up_already),
    ),
    Case("restoring from where no backup is", command("library", "restore", "stock", "FOLDER/backup")),
    Case("a library in a bucket that is not there", without_bucket),
    Case(
        "reindexing a library of a server",
        call(lambda _place: Library("stock", server="studio:7353").reindex()),
    ),
    Case(
        "watching folders where the package for it is missing",
        without_package("watchfiles", "--watch"),
        simulated="the package is not found",
    ),
    Case(
        "indexing on a cluster where the package for it is missing",
        without_package("ray", "--ray", "local"),
        simulated="the package is not found",
    ),
)
