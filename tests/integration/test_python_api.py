"""The public API: its guide, this machine and a server, plain and awaited."""

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import pytest

import temptrack
from support import batches
from support.fake_server import fake_workings
from support.serving import running
from temptrack.server.options import ServerOptions
from temptrack.timeline.place import list_cues
from temptrack.timeline.read import read_timeline

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "python-api.md"
BLOCKS = re.findall(r"<!-- run -->\n```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
GUIDE_ADDRESS = "127.0.0.1:50051"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    batches.use_fake_bundle(monkeypatch)
    batches.stock(tmp_path / "music")
    (cut,) = batches.cuts(tmp_path, 1)
    cut.rename(tmp_path / "CUT.otio")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@contextmanager
def served(audit_log: Path | None = None) -> Iterator[str]:
    options = ServerOptions(listen="127.0.0.1:0", drain_s=0, audit_log=audit_log)
    with running(options, fake_workings()) as address:
        yield address


def test_the_blocks_of_the_guide_run_in_order(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "MUSIC_FOLDER").mkdir()
    assert len(BLOCKS) >= 6
    names: dict[str, object] = {}
    with served() as address:
        for number, block in enumerate(BLOCKS):
            exec(compile(block.replace(GUIDE_ADDRESS, address), f"{GUIDE.name} {number}", "exec"), names)
    said = capsys.readouterr().out
    assert "Temptrack 0 200" in said
    assert "LIBRARY_NOT_FOUND" in said
    assert len(list_cues(read_timeline(place / "WITH_MUSIC.otio"))) == 1


def test_a_server_and_this_machine_give_the_same_answer(place: Path) -> None:
    with temptrack.open_library("stock") as music:
        here = music.suggest("CUT.otio", prompt="calm", like="Piece 3")
    with served() as address, temptrack.connect(address) as studio, studio.library("stock") as music:
        there = music.suggest("CUT.otio", prompt="calm", like="Piece 3")
        assert [track.id for track in music.tracks()] == [f"track-{number:02}" for number in range(8)]
        assert music.info().track_count == 8
    assert there.report() == here.report()


def test_a_server_makes_fills_and_removes_libraries(place: Path) -> None:
    with served() as address, temptrack.connect(address) as studio:
        with studio.create_library("new") as made:
            assert made.info().track_count == 0
        assert [info.name for info in studio.libraries()] == ["new", "stock"]
        studio.delete_library("new")
        with studio.library("stock") as music:
            assert music.remove(["Piece 1", "track-02"]) == 2
            with pytest.raises(temptrack.NotSupported, match="kept by the server"):
                music.reindex()
    with temptrack.open_library("stock") as here:
        assert here.info().track_count == 6


def test_libraries_are_made_listed_and_deleted(place: Path) -> None:
    with temptrack.create_library("new") as made:
        assert made.engine().bundle_id == "fake-0"
    assert [info.name for info in temptrack.list_libraries()] == ["new", "stock"]
    temptrack.delete_library("new")
    with pytest.raises(temptrack.NotFound):
        temptrack.open_library("new")


def test_a_page_and_a_cue_are_not_written_over_what_is_there(place: Path) -> None:
    with temptrack.open_library("stock") as music:
        found = music.suggest("CUT.otio", prompt="calm", limit=2)
        found.insert(2, "out.otio")
        found.review("page.html", placed_rank=2)
        for write in (lambda: found.insert(1, "out.otio"), lambda: found.review("page.html")):
            with pytest.raises(temptrack.AlreadyExists):
                write()
        assert found.insert(1, "out.otio", overwrite=True).rank == 1
    assert Path("page.html").read_text("utf-8").count("<audio") == 2


def test_a_closed_library_opens_again(place: Path) -> None:
    music = temptrack.open_library("stock")
    first = music.suggest(prompt="calm")
    music.close()
    assert music.suggest(prompt="calm").report() == first.report()
    music.close()


def test_awaited_calls_answer_as_plain_ones(place: Path) -> None:
    async def ask() -> temptrack.SuggestReport:
        async with temptrack.open_library_async("stock") as music:
            assert (await music.info()).name == music.name == "stock"
            assert len(await music.tracks()) == 8
            found = await music.suggest("CUT.otio", prompt="calm")
            assert (await found.insert(1, "out.otio")).rank == 1
            await found.review("page.html")
            return found.report()

    with temptrack.open_library("stock") as music:
        assert asyncio.run(ask()) == music.suggest("CUT.otio", prompt="calm").report()


def test_what_a_script_places_itself_is_told_once_however_often_it_is_sent(place: Path) -> None:
    report = temptrack.CueReport(
        library="stock",
        track_id="track-03",
        action="inserted",
        record_start_s=Fraction(1001, 24000),
        record_duration_s=Fraction(10),
    )

    async def again(address: str) -> bool:
        async with temptrack.connect_async(address) as studio, studio.library("stock") as music:
            return await music.report_cue(report)

    with served(audit_log=place / "audit.jsonl") as address:
        with temptrack.connect(address) as studio, studio.library("stock") as music:
            assert music.report_cue(report)
        assert asyncio.run(again(address))
    (line,) = [json.loads(line) for line in (place / "audit.jsonl").read_text("utf-8").splitlines()]
    assert (line["report"], line["title"], line["record_start_s"]) == (report.id, "Piece 3", "1001/24000")
    with temptrack.open_library("stock") as music:
        assert not music.report_cue(report)


def test_awaited_calls_reach_servers(place: Path) -> None:
    async def ask(address: str) -> list[str]:
        async with temptrack.connect_async(address) as studio:
            assert studio.address == address
            assert (await studio.engine()).bundle_id == "fake-0"
            await (await studio.create_library("new")).close()
            await studio.delete_library("new")
            async with studio.library("stock") as music:
                found = await music.suggest(prompt="calm", limit=3)
                assert len(found) == 3
            return [info.name for info in await studio.libraries()]

    with served() as address:
        assert asyncio.run(ask(address)) == ["stock"]


def test_cancelling_a_task_stops_the_work(place: Path) -> None:
    reached, told = threading.Event(), []

    async def ask() -> None:
        async with temptrack.open_library_async("stock") as music:
            loop, looked = asyncio.get_running_loop(), asyncio.Event()
            again = threading.Event()

            def progress(done: int, total: int) -> None:
                told.append((done, total))
                loop.call_soon_threadsafe(looked.set)
                assert again.wait(30)
                reached.set()

            task = asyncio.create_task(music.suggest("CUT.otio", prompt="calm", progress=progress))
            await looked.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            again.set()

    asyncio.run(ask())
    assert reached.wait(30)
    assert told == [(1, 2)]
