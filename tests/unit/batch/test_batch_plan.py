from pathlib import Path

import pytest

from temptrack.batch.plan import PlanRow, read_plan
from temptrack.errors import Corrupt, InvalidRequest, NotFound, TemptrackError
from temptrack.timeline.scope_request import ScopeKind, ScopeRequest

CSV = """Timeline,Episode,Scenes,Marker,Prompt,Text Weight,BPM,Vocals,No Tags
ep1/cut.otio,101,markers,,calm piano,0.8,90-120,no,drums; choir
ep2/cut.otio,102,,chase,,,,,
"""
JSONL = """
{"timeline": "ep1/cut.otio", "episode": 101, "scenes": "markers", "prompt": "calm piano",
"""
YAML = """
defaults:
  production: The Show
  library: stock
  no_licences: unknown
items:
  - timeline: ep1/cut.otio
    episode: 101
    bpm: 100
    tags: [piano, calm]
  - timeline: ep2/cut.otio
    prompt: tense
    no_licences: [CC-BY-ND-4.0]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("ep1", "ep2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cut.otio").write_text("{}")
    return tmp_path


def plan_of(folder: Path, name: str, text: str, **defaults: object) -> tuple[PlanRow, ...]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_plan(path, defaults={"library": "stock", **defaults}).rows


def refused(folder: Path, name: str, text: str) -> TemptrackError:
    with pytest.raises(TemptrackError) as raised:
        plan_of(folder, name, text)
    return raised.value


def test_a_spreadsheet_is_read_by_the_names_of_its_columns(folder: Path) -> None:
    first, second = plan_of(folder, "plan.csv", CSV, prompt="anything")
    assert first.timeline == folder / "ep1" / "cut.otio"
    assert (first.episode, first.scenes, first.prompt, first.text_weight) == (
        "101",
        "markers",
        "calm piano",
        0.8,
    )
    assert (first.where.tempo_min_bpm, first.where.tempo_max_bpm) == (90, 120)
    assert (first.where.vocals, first.where.tags_none) == (False, ("drums", "choir"))
    assert (second.prompt, second.text_weight, second.library) == ("anything", 0.5, "stock")
    assert second.part == ScopeRequest.at_marker("chase")


def test_a_spreadsheet_may_begin_with_a_byte_order_mark_and_hold_empty_rows(folder: Path) -> None:
    rows = plan_of(folder, "plan.csv", "\ufefftimeline,prompt\n,\nep1/cut.otio,calm\n")
    assert [row.prompt for row in rows] == ["calm"]


def test_json_lines_hold_numbers_and_lists(folder: Path) -> None:
    text = '{"timeline": "ep1/cut.otio", "episode": 7, "clips": ["a", "b"], "vocals": true}\n\n'
    (row,) = plan_of(folder, "plan.jsonl", text)
    assert (row.episode, row.where.vocals, row.part.kind) == ("7", True, ScopeKind.CLIPS)


def test_yaml_has_defaults_for_its_items(folder: Path) -> None:
    first, second = plan_of(folder, "plan.yaml", YAML)
    assert (first.production, first.episode, first.bpm, first.tags) == (
        "The Show",
        "101",
        "100",
        ("piano", "calm"),
    )
    assert first.no_licences == ("unknown",)
    assert (second.production, second.no_licences) == ("The Show", ("CC-BY-ND-4.0",))


def test_yaml_may_be_a_mere_list(folder: Path) -> None:
    assert len(plan_of(folder, "plan.yml", "- timeline: ep1/cut.otio\n- {timeline: ep2/cut.otio}\n")) == 2


def test_patterns_become_a_row_for_each_timeline_in_order(folder: Path) -> None:
    rows = plan_of(folder, "plan.csv", "timeline,prompt\nep*/cut.otio,calm\n")
    assert [row.timeline.parent.name for row in rows] == ["ep1", "ep2"]


@pytest.mark.parametrize("asked", ["", "**/*.otio", "ep?/cut.otio"])
def test_folders_and_patterns_take_one_prompt(
    folder: Path, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    rows = read_plan(asked or folder, defaults={"library": "stock", "prompt": "calm"}).rows
    assert [(row.timeline.parent.name, row.prompt) for row in rows] == [("ep1", "calm"), ("ep2", "calm")]


def test_what_the_batch_writes_is_no_timeline_of_its_plan(folder: Path) -> None:
    written = folder / "out" / "timelines"
    written.mkdir(parents=True)
    (written / "cut.otio").write_text("{}")
    rows = read_plan(folder, defaults={"library": "stock"}, leave_out=folder / "out").rows
    assert len(rows) == 2


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("ep1/cut.otio,loud,,", "row 2, column 'text_weight': 'loud'"),
        ("ep1/cut.otio,7,,", "row 2, column 'text_weight': '7'"),
        ("ep1/cut.otio,,fast,", "row 2, column 'bpm': 'fast': 'fast' is not a tempo range"),
        ("ep1/cut.otio,,,cuts", "row 2, column 'scenes': 'cuts'"),
        ("nowhere*.otio,,,", "row 2, column 'timeline': nothing is at 'nowhere*.otio'"),
        (",0.5,,", "row 2, column 'timeline': it is missing"),
    ],
)
def test_what_cannot_work_is_named_by_row_and_column(folder: Path, row: str, said: str) -> None:
    error = refused(folder, "plan.csv", f"timeline,text_weight,bpm,scenes\n{row}\n")
    assert isinstance(error, InvalidRequest)
    assert error.reason == "PLAN_ROW"
    assert said in error.message


def test_every_fault_counts_and_the_first_ones_are_shown(folder: Path) -> None:
    error = refused(folder, "plan.csv", "timeline,text_weight\n" + "ep1/cut.otio,9\n" * 6)
    assert error.metadata["faults"] == "6"
    assert "row 5" in error.message
    assert error.message.endswith("and 2 more.")


def test_an_unknown_column_is_named(folder: Path) -> None:
    assert (
        "row 2, column 'promt': there is no such column"
        in refused(folder, "plan.csv", "timeline,promt\nep1/cut.otio,calm\n").message
    )


def test_two_ways_to_name_a_part_are_refused(folder: Path) -> None:
    text = "timeline,in,marker\nep1/cut.otio,1s,chase\n"
    assert "more than one way" in refused(folder, "plan.csv", text).message


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("plan.csv", "cut,prompt\na,b\n", "no column 'timeline'"),
        ("plan.csv", "timeline\na,b\n", "row 2 has 2 cells under 1 columns"),
        ("plan.csv", 'timeline\n"a\n', "row"),
        ("plan.jsonl", JSONL, "row 2 is not JSON"),
        ("plan.jsonl", "[1]\n", "row 1 is no mapping"),
        ("plan.yaml", "a:\n- [", "line 2: expected the node content"),
        ("plan.yaml", "rows: []", "beside 'items' and 'defaults'"),
        ("plan.yaml", "just words", "no list of items"),
        ("plan.yaml", "- words", "item 1 is no mapping"),
        ("plan.yaml", "!!python/object/apply:os.system ['true']", "could not determine a constructor"),
    ],
)
def test_a_file_that_is_no_plan_says_where(folder: Path, name: str, text: str, said: str) -> None:
    error = refused(folder, name, text)
    assert isinstance(error, Corrupt)
    assert error.reason == "PLAN_FORMAT"
    assert said in error.message


def test_a_plan_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no plan at"):
        read_plan(tmp_path / "plan.csv")


def test_a_folder_without_timelines_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no timeline at"):
        read_plan(tmp_path, defaults={"library": "stock"})


def test_a_row_without_a_library_is_refused(folder: Path) -> None:
    (folder / "plan.csv").write_text("timeline\nep1/cut.otio\n")
    with pytest.raises(InvalidRequest, match="row 2, column 'library'"):
        read_plan(folder / "plan.csv")
