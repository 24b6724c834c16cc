import pytest

from support.prompt_readings import golden_readings, read_for_golden

READINGS = golden_readings()


@pytest.mark.parametrize("expected", READINGS, ids=[reading["prompt"] for reading in READINGS])
def test_a_prompt_is_read_as_it_was_agreed(expected: dict[str, object]) -> None:
    assert read_for_golden(str(expected["prompt"])) == expected


def test_the_golden_holds_what_it_promises() -> None:
    assert len({reading["prompt"] for reading in READINGS}) == len(READINGS) >= 200
    effects = {line.split(":")[0] for reading in READINGS for line in reading["read"]}
    assert effects == {"filter", "preference", "words"}
