"""`temptrack bundle`: show, check, fetch and remove the models that everything else runs on."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from temptrack.cli.choices import FLAG, AsJson

if TYPE_CHECKING:
    from temptrack.pull.building import TrainingTexts

app = typer.Typer(no_args_is_help=True, help="Show, check, fetch and remove model bundles.")

BundleWord = Annotated[str, typer.Argument(metavar="ID|FOLDER", help="The bundle.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Show the bundles of this machine, and which can be pulled."""
    from temptrack.cli.screen import answers, notes, print_json
    from temptrack.cli.tables import bundle_table
    from temptrack.pull.catalogue import read_catalogue
    from temptrack.pull.installed import describe_all
    from temptrack.seat.reports import BundlesReport

    found, broken = describe_all()
    entries = read_catalogue()
    here = {bundle.id for bundle in found}
    if as_json:
        print_json(
            BundlesReport(bundles=tuple(found), pullable=tuple(name for name in entries if name not in here))
        )
        return
    console = answers()
    console.print(bundle_table(found))
    for error in broken:
        notes().print(str(error), style="yellow", markup=False, soft_wrap=True)
    for name, entry in entries.items():
        if name not in here:
            console.print(
                f"Can be pulled: {name} ({entry.size_bytes / 1e6:.0f} MB), {entry.about}.",
                markup=False,
                soft_wrap=True,
            )


@app.command()
def show(bundle: BundleWord, as_json: AsJson = False) -> None:
    """Show what a bundle is made of, under which licences, and what was measured."""
    from temptrack.cli.screen import answers, print_json
    from temptrack.cli.tables import bundle_lines
    from temptrack.pull.installed import describe
    from temptrack.seat.reports import BundleDetails

    report, manifest = describe(bundle)
    if as_json:
        print_json(BundleDetails(bundle=report, manifest=manifest))
    else:
        answers().print(bundle_lines(report, manifest), soft_wrap=True)


@app.command()
def pull(
    bundle: Annotated[str, typer.Argument(metavar="ID", help="One that `temptrack bundle list` names.")],
    place: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FOLDER|URL",
            help="Take the files from this folder or mirror instead of the address of the catalogue.",
        ),
    ] = None,
    musiccaps: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Your copy of MusicCaps, a CSV."),
    ] = None,
    incompetech: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", exists=True, dir_okay=False, help="Your copy of Incompetech's catalogue, a CSV."
        ),
    ] = None,
    download_only: Annotated[
        bool,
        typer.Option(
            "--download-only", metavar=FLAG, help="Fetch, and build nothing: for a machine without network."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fetch the weights of others, check every byte, and build a bundle of them.

    What was fetched is kept: stopped or cut off, the same command goes on. The towers are trained on your own
    copies of texts, MusicCaps and if you like the catalogue of Incompetech; that takes some minutes and the
    packages of 'temptrack[train]'.
    """
    from temptrack import home
    from temptrack.cli.progress import bar, stopping
    from temptrack.cli.screen import notes
    from temptrack.pull import pulling
    from temptrack.pull.building import build, require_builder
    from temptrack.pull.catalogue import find_entry

    entry = find_entry(bundle)
    folder = home.bundles_folder() / bundle
    texts = None
    if not download_only:
        if folder.exists():
            _show_pulled(bundle, None, as_json=as_json)
            return
        texts = _texts(musiccaps, incompetech)
        require_builder()
    with stopping() as stop, pulling.alone(bundle, stop=stop, on_wait=_say_waiting):
        with bar("Fetching", unit="MB", quiet=as_json) as tick:
            pulled = pulling.pull(
                bundle,
                entry,
                place,
                stop=stop,
                tick=lambda done, total: tick(done // 10**6, total // 10**6),
            )
        # Another process may have built it while this one waited.
        if texts is not None and not folder.exists():
            if not as_json:
                notes().print("Building. This takes some minutes.")
            build(bundle, pulled, folder, texts, base=home.DEFAULT_BUNDLE, stop=stop)
    _show_pulled(None if download_only else bundle, pulled, as_json=as_json)


def _texts(musiccaps: Path | None, incompetech: Path | None) -> "TrainingTexts":
    from temptrack.errors import InvalidRequest
    from temptrack.pull.building import TrainingTexts

    if musiccaps is None:
        raise InvalidRequest(
            "Building trains towers on texts, and none are named.",
            reason="TEXTS_MISSING",
            hint="Give --musiccaps FILE; docs/guides/clip-bundle.md says where to get it. "
            "--download-only fetches without building.",
        )
    return TrainingTexts(musiccaps.absolute(), incompetech and incompetech.absolute())


def _say_waiting() -> None:
    from temptrack.cli.screen import notes

    notes().print("Another pull of this bundle is at work; waiting for it. Ctrl-C stops waiting.")


def _show_pulled(bundle: str | None, pulled: Path | None, *, as_json: bool) -> None:
    from temptrack.cli.screen import answers, print_json
    from temptrack.pull.installed import describe
    from temptrack.seat.reports import PullReport

    report = None if bundle is None else describe(bundle)[0]
    if as_json:
        print_json(PullReport(bundle=report, downloads=None if pulled is None else str(pulled)))
        return
    console = answers()
    if report is None:
        console.print(f"The files are whole, in {pulled}.", markup=False, soft_wrap=True)
        console.print("→ Elsewhere: temptrack bundle pull ID --from THAT_FOLDER", style="cyan", markup=False)
        return
    said = "is here already" if pulled is None else "is ready"
    console.print(f"Bundle {report.id} {said}, in {report.folder}.", markup=False, soft_wrap=True)
    use = f"→ Use it: temptrack library create NAME --bundle {report.id}"
    console.print(use, style="cyan", markup=False, soft_wrap=True)


@app.command()
def verify(
    bundles: Annotated[
        list[str] | None, typer.Argument(metavar="[ID|FOLDER]...", help="Without any, all of this machine.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare every byte of bundles with what their manifests promise."""
    from temptrack.cli.screen import answers, print_json
    from temptrack.cli.tables import check_lines
    from temptrack.model.bundles import list_bundles
    from temptrack.pull import installed
    from temptrack.seat.reports import VerifyReport

    checks = installed.verify(bundles or list_bundles())
    broken = [check for check in checks if check.state == "broken"]
    if as_json:
        print_json(VerifyReport(intact=not broken, checks=tuple(checks)))
    else:
        answers().print(check_lines(checks), soft_wrap=True)
    if broken:
        raise typer.Exit(broken[0].exit_code or 4)


@app.command()
def remove(
    bundle: Annotated[str, typer.Argument(metavar="ID", help="A bundle that was pulled or copied here.")],
    keep_downloads: Annotated[
        bool,
        typer.Option("--keep-downloads", metavar=FLAG, help="Keep the files it was built of, to build anew."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", metavar=FLAG, help="Do not ask.")] = False,
) -> None:
    """Remove a bundle and the files it was built of. Libraries stay, but cannot be searched without it."""
    from temptrack.cli.screen import answers
    from temptrack.pull import installed

    users = installed.users_of(bundle) if installed.can_be_removed(bundle) else []
    if users and not yes:
        names = ", ".join(f"'{name}'" for name in users)
        typer.confirm(f"Libraries indexed with '{bundle}': {names}. Remove it?", abort=True, err=True)
    freed_bytes = installed.remove(bundle, keep_downloads=keep_downloads)
    answers().print(f"Removed bundle '{bundle}', {freed_bytes / 1e6:.0f} MB.", markup=False, soft_wrap=True)
