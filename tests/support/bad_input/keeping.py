"""Bad compacting, backups and restores."""

from support.bad_input.case import Case, Place, command
from temptrack.library.copies import back_up_library


def backed_up_already(place: Place) -> None:
    back_up_library(place.stock(2), str(place.folder / "backup"))


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
)
