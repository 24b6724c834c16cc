"""Fetches real music out of Debian packages, for tests and benchmarks; needs apt, but not root.

Each package is unpacked, its music of 20 s and more and its copyright file are kept, the rest is thrown away.
What is there already is not fetched again. The music goes to FOLDER/music/PACKAGE/…, what is known of the
packages to FOLDER/packages.json. None of it is part of this project: the copyright files say whose it is.
"""

import argparse
import gzip
import hashlib
import os
import re
import shutil
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from temptrack.demo.packages import PackageShelf
from temptrack.errors import TemptrackError
from temptrack.library.scan import AUDIO_ENDINGS
from temptrack.media.probe import probe

ENVIRONMENT_VARIABLE = "TEMPTRACK_DEBIAN_MUSIC"
DEFAULT_FOLDER = Path(__file__).parents[1] / ".cache" / "debian-music"
SHORTEST_S = 20
"""Shorter sounds of games are jingles and effects."""


@dataclass(frozen=True, slots=True)
class MusicPackage:
    """A Debian package with music in it.

    Attributes:
        name: the package.
        music: which of its files are music, as glob patterns below the unpacked package.
        calibration: whether sounds of it, without any labels, took part in calibrating the tagger of lite-0.
        benchmark: whether only benchmarks/quality asks for it; tests do without.
    """

    name: str
    music: str
    calibration: bool = False
    benchmark: bool = False


PACKAGES = (
    MusicPackage("a7xpg-data", "usr/share/games/a7xpg/sounds/*"),
    MusicPackage("amoebax-data", "usr/share/games/amoebax/music/*"),
    MusicPackage("angrydd", "usr/share/games/angrydd/music/*"),
    MusicPackage("ardentryst", "usr/share/games/ardentryst/Music/*"),
    MusicPackage("asc-music", "usr/share/games/asc/music/*"),
    MusicPackage("drascula-music", "usr/share/scummvm/drascula/audio/*"),
    MusicPackage("enigma-data", "usr/share/games/enigma/music/**/*"),
    MusicPackage("fretsonfire-songs-muldjord", "usr/share/games/fretsonfire/data/songs/**/*"),
    MusicPackage("fretsonfire-songs-sectoid", "usr/share/games/fretsonfire/data/songs/**/*"),
    MusicPackage("frozen-bubble-data", "usr/share/games/frozen-bubble/snd/*zik*"),
    MusicPackage("gunroar-data", "usr/share/games/gunroar/sounds/musics/*"),
    MusicPackage("marsshooter-data", "usr/share/games/marsshooter/audio/**/*.ogg"),
    MusicPackage("mu-cade-data", "usr/share/games/mu-cade/sounds/musics/*"),
    MusicPackage("nexuiz-music", "usr/share/games/nexuiz/data/music.pk3"),
    MusicPackage("noiz2sa-data", "usr/share/games/noiz2sa/sounds/stg*"),
    MusicPackage("parsec47-data", "usr/share/games/parsec47/sounds/ptn*"),
    MusicPackage("pathological", "usr/share/games/pathological/music/*"),
    MusicPackage("powermanga-data", "usr/share/games/powermanga/sound/**/music_*"),
    MusicPackage("rrootage-data", "usr/share/games/rrootage/sounds/stg_*"),
    MusicPackage("singularity-music", "usr/share/games/singularity/music/**/*"),
    MusicPackage("starfighter-data", "usr/share/starfighter/music/*"),
    MusicPackage("titanion-data", "usr/share/games/titanion/sounds/musics/*"),
    MusicPackage("torus-trooper-data", "usr/share/games/torus-trooper/sounds/musics/*"),
    MusicPackage("trackballs-data", "usr/share/games/trackballs/music/*"),
    MusicPackage("tumiki-fighters-data", "usr/share/games/tumiki-fighters/sounds/*.ogg"),
    MusicPackage("tuxmath-data", "usr/share/tuxmath/sounds/*.ogg"),
    MusicPackage("val-and-rick-data", "usr/share/games/val-and-rick/sounds/musics/*"),
    MusicPackage("wesnoth-1.16-music", "usr/share/games/wesnoth/1.16/data/core/music/*"),
    MusicPackage("colobot-common-sounds", "usr/share/games/colobot/music/*", calibration=True),
    MusicPackage("flare-game", "usr/share/games/flare/mods/fantasycore/music/*", calibration=True),
    MusicPackage("hedgewars-data", "usr/share/games/hedgewars/Data/Music/*", calibration=True),
    MusicPackage("lordsawar-data", "usr/share/games/lordsawar/music/*", calibration=True),
    MusicPackage("supertux-data", "usr/share/games/supertux2/music/**/*", calibration=True),
    MusicPackage("alienblaster-data", "usr/share/games/alienblaster/sound/*", benchmark=True),
    MusicPackage("brainparty-data", "usr/share/games/brainparty/*.ogg", benchmark=True),
    MusicPackage("bumprace-data", "usr/share/games/bumprace/sound/*.ogg", benchmark=True),
    MusicPackage("caveexpress-data", "usr/share/games/caveexpress/sounds/music*", benchmark=True),
    MusicPackage("extremetuxracer-data", "usr/share/games/etr/music/*", benchmark=True),
    MusicPackage("fillets-ng-data", "usr/share/games/fillets-ng/music/*", benchmark=True),
    MusicPackage("freecol", "usr/share/games/freecol/default/resources/music/**/*", benchmark=True),
    MusicPackage("freeorion-data", "usr/share/games/freeorion/default/data/sound/*.ogg", benchmark=True),
    MusicPackage("glob2-data", "usr/share/games/glob2/data/zik/*", benchmark=True),
    MusicPackage("hyperrogue-music", "usr/share/hyperrogue/music/*", benchmark=True),
    MusicPackage("lincity-ng-data", "usr/share/games/lincity-ng/music/**/*", benchmark=True),
    MusicPackage("lugaru-data", "usr/share/games/lugaru/Sounds/Music*", benchmark=True),
    MusicPackage("megaglest-data", "usr/share/games/megaglest/**/music/*", benchmark=True),
    MusicPackage("naev-data", "usr/share/naev/dat/snd/music/*", benchmark=True),
    MusicPackage("openclonk-data", "usr/share/games/openclonk/Music.ocg/*", benchmark=True),
    MusicPackage("pink-pony-data", "usr/share/games/pink-pony/music/*", benchmark=True),
    MusicPackage("raincat-data", "usr/share/games/raincat/data/music/*", benchmark=True),
    MusicPackage(
        "scorched3d-data", "usr/share/games/scorched3d/data/globalmods/none/data/music/*", benchmark=True
    ),
    MusicPackage("supertuxkart-data", "usr/share/games/supertuxkart/data/music/*", benchmark=True),
    MusicPackage("tuxfootball", "usr/share/games/tuxfootball/sound/titlemusic.ogg", benchmark=True),
    MusicPackage("unknown-horizons", "usr/share/unknown-horizons/content/audio/music/**/*", benchmark=True),
    MusicPackage("warmux-data", "usr/share/games/warmux/music/**/*", benchmark=True),
    MusicPackage("widelands-data", "usr/share/games/widelands/data/music/*", benchmark=True),
    MusicPackage("zaz-data", "usr/share/games/zaz/*", benchmark=True),
)


class Kept(BaseModel):
    """What was kept of a package."""

    model_config = ConfigDict(frozen=True)

    version: str = Field(description="of the package, as its changelog says")
    calibration: bool = Field(description="whether sounds of it took part in calibrating lite-0's tagger")
    tracks: tuple[str, ...] = Field(description="paths of the music below FOLDER/music/PACKAGE")


_Packages = TypeAdapter(dict[str, Kept])


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    folder: Path = options.to
    known = _read_packages(folder)
    wanted = [
        package
        for package in PACKAGES
        if (package.name in options.only if options.only else _is_asked_for(package, options))
    ]
    missing = [package for package in wanted if not _is_complete(folder, package, known)]
    # Apt refreshes its lists at most once a shelf, so one shelf serves all packages.
    shelf = PackageShelf(options.unpacked or folder / ".packages", offline=options.offline)
    shelf.folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    for package in missing:
        try:
            known[package.name] = keep_music(package, shelf.debian(package.name), folder)
        except TemptrackError as error:
            print(f"{package.name}: {error.message}", file=sys.stderr)
            failed += 1
            continue
        _write_packages(folder, known)
        if options.unpacked is None:
            shutil.rmtree(shelf.folder / package.name)
        print(f"{package.name}: {len(known[package.name].tracks)} tracks", flush=True)
    if options.unpacked is None:
        shutil.rmtree(shelf.folder)
    count = sum(len(known[package.name].tracks) for package in wanted if package.name in known)
    print(f"{count} tracks of {len(wanted) - failed} packages in {folder}")
    return 1 if failed else 0


def keep_music(package: MusicPackage, unpacked: Path, folder: Path) -> Kept:
    """Copy the music and the copyright file of an unpacked package, whole or not at all.

    Links and sounds that the package holds twice are left out.
    """
    target = folder / "music" / package.name
    part = folder / f".{package.name}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    seen: set[bytes] = set()
    tracks: list[str] = []
    for name, file in _music_files(package, unpacked, part):
        digest = hashlib.sha256(file.read_bytes()).digest()
        if digest in seen or not _is_long_enough(file):
            continue
        seen.add(digest)
        copy = part / "music" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
        tracks.append(name)
    if not tracks:
        raise TemptrackError(f"No music of {SHORTEST_S} s was found.", reason="NO_MUSIC")
    documents = unpacked / "usr" / "share" / "doc" / package.name
    copyrights = folder / "copyright"
    copyrights.mkdir(exist_ok=True)
    shutil.copyfile(documents / "copyright", copyrights / package.name)
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(exist_ok=True)
    (part / "music").rename(target)
    shutil.rmtree(part)
    return Kept(version=_version(documents), calibration=package.calibration, tracks=tuple(tracks))


def _is_asked_for(package: MusicPackage, options: argparse.Namespace) -> bool:
    return (options.calibration or not package.calibration) and (options.benchmark or not package.benchmark)


def _music_files(package: MusicPackage, unpacked: Path, scratch: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted(unpacked.glob(package.music)):
        if file.is_symlink() or not file.is_file():
            continue
        name = file.relative_to(unpacked)
        if file.suffix == ".pk3":
            # The archives of some games: ordinary zip files.
            inside = scratch / "inside"
            with zipfile.ZipFile(file) as archive:
                members = [m for m in archive.namelist() if Path(m).suffix.lower() in AUDIO_ENDINGS]
                archive.extractall(inside, members)
            for member in sorted(members):
                yield str(name.parent / member), inside / member
        elif file.suffix.lower() in AUDIO_ENDINGS:
            yield str(name), file


def _is_long_enough(file: Path) -> bool:
    try:
        duration_s = probe(file).duration_s
    except TemptrackError as error:
        # One file that cannot be read is no reason to do without the rest of its package.
        print(error.message, file=sys.stderr)
        return False
    return duration_s is not None and duration_s >= SHORTEST_S


def _version(documents: Path) -> str:
    with gzip.open(documents / "changelog.Debian.gz", "rt", encoding="utf-8", errors="replace") as changelog:
        first = changelog.readline()
    found = re.search(r"\((.+?)\)", first)
    return found.group(1) if found else ""


def _is_complete(folder: Path, package: MusicPackage, known: dict[str, Kept]) -> bool:
    kept = known.get(package.name)
    tracks = kept.tracks if kept is not None else ()
    return bool(tracks) and all((folder / "music" / package.name / track).is_file() for track in tracks)


def _read_packages(folder: Path) -> dict[str, Kept]:
    try:
        return _Packages.validate_json((folder / "packages.json").read_bytes())
    except FileNotFoundError:
        return {}


def _write_packages(folder: Path, known: dict[str, Kept]) -> None:
    part = folder / "packages.json.part"
    part.write_bytes(_Packages.dump_json(dict(sorted(known.items())), indent=1))
    part.replace(folder / "packages.json")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = Path(os.environ.get(ENVIRONMENT_VARIABLE, DEFAULT_FOLDER))
    parser.add_argument("--to", type=Path, default=default, metavar="FOLDER", help=f"default: {default}")
    parser.add_argument(
        "--calibration",
        action="store_true",
        help="also packages whose sounds took part in calibrating lite-0's tagger",
    )
    parser.add_argument(
        "--benchmark",
        action="store_true",
        help="also packages that only benchmarks/quality asks for, 2 GB more",
    )
    parser.add_argument("--only", action="append", metavar="PACKAGE", help="only this one; may be repeated")
    parser.add_argument(
        "--unpacked",
        type=Path,
        metavar="FOLDER",
        help="packages unpacked here are used as they are, and kept",
    )
    parser.add_argument("--offline", action="store_true", help="fetch nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
