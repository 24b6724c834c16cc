# SPDX-License-Identifier: Apache-2.0
"""What goes into a search and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Mapping


class State(str, Enum):
    """What a session is doing."""

    NOT_STARTED = "not started"
    STARTING = "starting"
    READY = "ready"
    SEARCHING = "searching"
    FAILED = "failed"


@dataclass(frozen=True)
class Settings:
    """Who asks, and with what.

    Attributes:
        host_name: the editor, such as "Blender".
        host_version: its version.
        plugin_version: version of the plugin.
        companion: path of the temptrack program; empty finds it.
        server: HOST:PORT of a studio server; empty searches on this machine.
        token: what the server wants to see, or empty.
        home: folder of temptrack's state; empty takes the usual one.
        path_map: pairs (from, to) of folder names that differ between the project and this machine.
    """

    host_name: str
    host_version: str
    plugin_version: str
    companion: str = ""
    server: str = ""
    token: str = ""
    home: str = ""
    path_map: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Question:
    """What is searched for.

    Attributes:
        library: name of the library.
        prompt: words, may be empty.
        exclude: words that are not wanted, may be empty.
        text_weight: 0 only the picture, 1 only the words.
        filters: as the protocol has them.
        limit: most results.
        timeline: as the protocol has it; None asks by words alone.
        scope: as the protocol has it; None is the whole timeline.
        timeline_id: what the host knows the timeline by; handed back with the results.
        can_render: whether the host will render frames of clips without a file when asked to.
    """

    library: str
    prompt: str = ""
    exclude: str = ""
    text_weight: float = 0.5
    filters: Mapping[str, Any] = field(default_factory=dict)
    limit: int = 10
    timeline: Mapping[str, Any] | None = None
    scope: Mapping[str, Any] | None = None
    timeline_id: str = ""
    can_render: bool = False

    def picture(self) -> dict[str, Any]:
        """Return the part of the question that is about the picture, as the protocol has it."""
        if self.timeline is None:
            return {}
        return {"timeline": dict(self.timeline), "scope": dict(self.scope or {"kind": "whole"})}

    def words(self) -> dict[str, Any]:
        """Return the rest of the question, as the protocol has it."""
        return {
            "library": self.library,
            "prompt": self.prompt,
            "exclude": self.exclude,
            "text_weight": self.text_weight,
            "filters": dict(self.filters),
            "limit": self.limit,
        }


@dataclass(frozen=True)
class Progress:
    """How far something is.

    Attributes:
        stage: stable word, such as "picture".
        text: the same for people.
        done: how much is done.
        total: of how much, or None when that is not known.
    """

    stage: str
    text: str
    done: int = 0
    total: int | None = None

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Progress:
        """Read what the companion tells."""
        total = value.get("total")
        return cls(
            stage=str(value.get("stage", "")),
            text=str(value.get("text", "")),
            done=int(value.get("done") or 0),
            total=None if total is None else int(total),
        )

    @property
    def share(self) -> float:
        """How much is done, 0 to 1; 0 while that is not known."""
        return min(1.0, self.done / self.total) if self.total else 0.0


@dataclass(frozen=True)
class Results:
    """The answer to a question.

    Attributes:
        question: what was asked.
        answer: as the protocol has it.
    """

    question: Question
    answer: Mapping[str, Any]

    @property
    def timeline_id(self) -> str:
        """The timeline that was searched for: compare it with the host's before anything is inserted."""
        return self.question.timeline_id

    @property
    def suggestions(self) -> list[dict[str, Any]]:
        """The suggestions, best first."""
        return list(self.answer.get("suggestions", ()))


@dataclass(frozen=True)
class RendersWanted:
    """Frames the host must render before a search goes on.

    Attributes:
        generation: the search; hand it back to ``Session.give_renders``.
        renders: ``{item, frames}`` for each clip, as the protocol has them.
    """

    generation: int
    renders: tuple[Mapping[str, Any], ...]

    @property
    def frames(self) -> list[int]:
        """Timeline frames to render, in order, each once."""
        return sorted({int(frame) for each in self.renders for frame in each.get("frames", ())})
