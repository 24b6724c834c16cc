"""What a panel believes to be playing, whatever the companion tells late."""

from typing import Any

from panel.preview import Preview


class Companion:
    """Notes what it is asked; answers when told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []

    def ask(self, method: str, _params: Any, done: Any, _failed: Any) -> None:
        self.asked.append((method, done))


def position(state: str, track_id: str = "t") -> dict[str, Any]:
    return {"track_id": track_id, "position_s": 3.0, "state": state}


def test_the_end_of_what_was_stopped_does_not_end_what_was_started_after_it() -> None:
    companion: Any = Companion()
    preview = Preview(companion, lambda _why: None)
    preview.play("stock", "t", 0.0)
    preview.told(position("playing"))
    preview.stop()
    preview.play("stock", "t", 0.0)
    preview.told(position("stopped"))
    assert preview.state == "starting"
    companion.asked[-1][1]({"state": "playing"})
    preview.told(position("playing"))
    assert (preview.state, preview.position_s) == ("playing", 3.0)
    preview.stop()
    assert [method for method, _ in companion.asked][-1] == "preview/stop", "it can be stopped again"


def test_a_track_that_ends_is_over_and_others_do_not_matter() -> None:
    companion: Any = Companion()
    preview = Preview(companion, lambda _why: None)
    preview.play("stock", "t", 0.0)
    companion.asked[-1][1]({"state": "playing"})
    preview.told(position("stopped", track_id="another"))
    assert preview.is_active
    preview.told(position("ended"))
    assert not preview.is_active
