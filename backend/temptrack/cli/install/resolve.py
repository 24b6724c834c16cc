"""`temptrack install resolve`: puts the script into DaVinci Resolve's menu, and takes it out again."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

from temptrack.cli.choices import FLAG
from temptrack.cli.install.receipts import copy_files, remove_files
from temptrack.cli.install.shipped import PANEL, plugin_folder

LAUNCHER: Final = "Suggest Music.py"
PACKAGE: Final = "temptrack_resolve"
_MENU: Final = Path("Scripts", "Utility")
_CODE: Final = Path("Temptrack")
RECEIPT: Final = _CODE / "receipt.json"


def resolve(
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="PATH", help="Resolve's folder 'Fusion'; else the user's own."),
    ] = None,
    uninstall: Annotated[
        bool, typer.Option("--uninstall", metavar=FLAG, help="Remove what was installed, and nothing else.")
    ] = False,
) -> None:
    """Install Suggest Music into the menu of DaVinci Resolve Studio (18.5 or newer)."""
    from temptrack.cli.screen import answers

    fusion = (folder or fusion_folder()).expanduser().absolute()
    if uninstall:
        kept = remove_files(fusion, RECEIPT)
        answers().print(f"Removed from {fusion}.", soft_wrap=True)
        for path in kept:
            answers().print(f"Left alone, because it was changed: {path}", soft_wrap=True)
        return
    kept = copy_files(files_of(plugin_folder("davinci")), fusion, RECEIPT)
    answers().print(
        f"Installed into {fusion}. Restart Resolve, then: Workspace > Scripts > Suggest Music.",
        soft_wrap=True,
    )
    for path in kept:
        answers().print(f"Kept your changed copy beside the new file: {path}", soft_wrap=True)


def fusion_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of the user in which Resolve looks for scripts."""
    if sys.platform == "win32":
        roaming = Path(environment.get("APPDATA") or Path.home() / "AppData" / "Roaming")
        return roaming / "Blackmagic Design" / "DaVinci Resolve" / "Support" / "Fusion"
    if sys.platform == "darwin":
        support = Path.home() / "Library" / "Application Support"
        return support / "Blackmagic Design" / "DaVinci Resolve" / "Fusion"
    return Path.home() / ".local" / "share" / "DaVinciResolve" / "Fusion"


def files_of(source: Path) -> dict[Path, Path]:
    """Return every file of the plugin: where it goes below Resolve's folder, and where it is."""
    found = {_MENU / LAUNCHER: source / LAUNCHER}
    for path in sorted((source / PACKAGE).rglob("*.py")):
        relative = path.relative_to(source)
        # A link in a checkout, nothing in an installed package: the panel that all plugins share.
        if Path(PACKAGE, PANEL) not in relative.parents:
            found[_CODE / relative] = path
    for path in sorted((source.parent / PANEL).rglob("*.py")):
        found[_CODE / PACKAGE / path.relative_to(source.parent)] = path
    return found
