import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import temptrack
from panel.problems import PanelError, problem, problem_of_error
from panel.remedies import REMEDIES

ROOMS = ("timeline", "media", "model", "library", "suggest", "wire", "client", "server", "seat", "companion")
REASON = re.compile(r'reason="([A-Z_]+)"|default_reason[^=\n]*= "([A-Z_]+)"')

WRITING_TIMELINES = {
    *("AUDIO_NOT_FOUND", "BUNDLE_EXISTS", "CANNOT_EXPRESS", "NO_WRITER", "NOT_WRITTEN"),
    *("UNWRITABLE", "WOULD_OVERWRITE_INPUT"),
}
TYPED_ON_THE_COMMAND_LINE = {
    *("BAD_POSITION", "BAD_TIMECODE", "NO_DROP_FRAME", "TIMELINE_NAME_NOT_FOUND", "TRACK_AMBIGUOUS"),
    *("MEDIA_FOLDER_NOT_FOUND", "DEVICE_UNKNOWN", "DEADLINE_RANGE", "BAD_RANGE"),
}
INDEXING = {
    *("FILE_NAME", "LINK_LEAVES_ROOT", "FOLDER_NOT_ALLOWED", "INDEX_RUNNING", "NO_FOLDERS"),
    *("FOLDER_NOT_FOUND", "LIBRARY_EXISTS", "TRACKS_WOULD_BE_LOST", "WATCH_MISSING", "WORKER_DIED"),
    *("NO_REPORT", "WINDOWS_SHAPE", "EMBEDDING_NOT_FINITE", "KEEP_TOO_SHORT", "COPY_DIFFERS"),
    *("RAY_MISSING", "RAY_UNREACHABLE", "WORKERS_LOST"),
}
RUNNING_A_SERVER = {
    *("LISTEN_BEYOND_LOOPBACK", "PORT_TAKEN", "ROOT_NOT_FOUND", "AUDIT_NOT_WRITABLE", "BAD_OPTION"),
    *("TOKENS_WITHOUT_TLS", "CONFIG_NOT_FOUND", "CONFIG_SYNTAX", "METRICS_PORT", "TLS_FILES", "TOKEN_NAME"),
    *("TOKEN_NOT_FOUND", "NOT_SERVING"),
}
PAGES_OF_LISTS = {"PAGE_EXPIRED", "PAGE_SIZE", "PAGE_TOKEN", "TRACK_COUNT"}
ARGUMENTS_OF_OUR_OWN_CALLS = {
    *("LIMIT", "INVALID_WINDOW", "INVALID_FRAME_SIZE", "UNKNOWN_INTERPOLATION", "OUTPUT_FAILED"),
    *("OUTPUT_FORBIDDEN", "UNKNOWN_AUDIO_CODEC", "CUE_REPORT", "CUE_REPORTS_UNKNOWN", "BAD_FRAMING"),
}
NEVER_IN_A_PANEL = (
    WRITING_TIMELINES
    | TYPED_ON_THE_COMMAND_LINE
    | INDEXING
    | RUNNING_A_SERVER
    | PAGES_OF_LISTS
    | ARGUMENTS_OF_OUR_OWN_CALLS
)


def reasons() -> Iterator[tuple[str, str]]:
    package = Path(temptrack.__path__[0])
    files = [path for room in ROOMS for path in (package / room).rglob("*.py")]
    for path in [package / "errors.py", *files]:
        for match in REASON.finditer(path.read_text("utf-8")):
            yield match[1] or match[2], str(path.relative_to(package))


def test_every_reason_that_a_panel_can_show_has_a_remedy() -> None:
    without = {
        reason: where
        for reason, where in reasons()
        if reason not in REMEDIES | dict.fromkeys(NEVER_IN_A_PANEL)
    }
    assert without == {}


def test_what_is_said_never_to_be_shown_has_none() -> None:
    assert not NEVER_IN_A_PANEL & set(REMEDIES)


def test_the_table_holds_nothing_that_nobody_raises() -> None:
    plugins = Path(__file__).parents[3] / "plugins"
    own = {
        found
        for path in plugins.rglob("*.py")
        if path.name != "remedies.py"
        for found in re.findall(r'"([A-Z]+_[A-Z_]+)"', path.read_text("utf-8"))
    }
    assert set(REMEDIES) - {reason for reason, _ in reasons()} <= own


@pytest.mark.parametrize("reason", REMEDIES)
def test_sentences_and_next_steps_are_whole_sentences(reason: str) -> None:
    remedy = REMEDIES[reason]
    for words in remedy:
        assert words[0].isupper() or words.startswith(("temptrack", "`"))
        assert words.endswith((".", "`"))


def test_the_companions_sentence_is_kept_and_the_panels_remedy_shown() -> None:
    error = {
        "code": -32002,
        "message": "Library 'stock' holds no tracks.",
        "data": {"reason": "LIBRARY_EMPTY", "hint": "Run something.", "metadata": {"library": "stock"}},
    }
    shown = problem_of_error(error)
    assert (shown.sentence, shown.metadata) == ("Library 'stock' holds no tracks.", {"library": "stock"})
    assert shown.next_step == REMEDIES["LIBRARY_EMPTY"].next_step


def test_a_reason_of_a_newer_companion_is_shown_as_it_says() -> None:
    error = {"code": 1, "message": "The moon is full.", "data": {"reason": "MOON", "hint": "Wait."}}
    shown = problem_of_error(error)
    assert (shown.reason, shown.sentence, shown.next_step) == ("MOON", "The moon is full.", "Wait.")


@pytest.mark.parametrize("error", [{}, {"message": ""}, {"data": []}, {"data": {"metadata": 3}}])
def test_an_error_that_says_nothing_still_gives_a_sentence_and_a_next_step(error: dict[str, object]) -> None:
    shown = problem_of_error(error)
    assert shown.sentence
    assert shown.next_step


def test_a_problem_of_the_plugin_names_the_value() -> None:
    found = problem("COMPANION_NOT_THERE", "/opt/{detail}")
    assert found.sentence == "There is no program at /opt/{detail}."
    assert str(PanelError(found)).startswith(found.sentence)
