"""What goes over the pipe: the base of all messages, and those of the handshake and of small calls."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

PROTOCOL = 1
"""The version of the protocol that is spoken here."""


class Message(BaseModel):
    """Params or a result. Unknown keys are refused: a misspelt one would go unnoticed."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, serialize_by_alias=True)


class Nothing(Message):
    """An empty object."""


class Host(Message):
    """The editor."""

    name: str = Field(description="such as 'Blender'")
    version: str


class PathPair(Message):
    """A folder that goes by another name on this machine."""

    from_: str = Field(alias="from", min_length=1, description="as the timeline writes it")
    to: str = Field(min_length=1, description="as this machine does")


class InitializeParams(Message):
    """Who asks, and with what."""

    protocol: int = Field(description="version of the protocol that the plugin speaks")
    host: Host
    plugin_version: str
    process_id: int = Field(gt=0, description="of the host; the companion ends when that process does")
    server: str | None = Field(default=None, description="HOST:PORT of a server; none: this machine")
    token: str | None = Field(
        default=None, description="shown to the server; without, what `temptrack login` kept for it"
    )
    home: str | None = Field(default=None, description="folder of temptrack's state; none: the usual one")
    path_map: tuple[PathPair, ...] = Field(default=(), description="applied to every timeline, first match")


class PreviewAbility(Message):
    """Whether music can be heard."""

    available: bool
    reason: str = Field(default="", description="why not, in a sentence")


class Capabilities(Message):
    """What this companion can do."""

    engine: Literal["in_process", "server"] = Field(description="where suggestions come from")
    preview: PreviewAbility


class LibrarySummary(Message):
    """A library at a glance."""

    name: str
    tracks: int | None = Field(description="how many; none until `libraries` was asked")
    bundle_id: str | None = Field(description="the model it was indexed with; none until then")
    matches_bundle: bool | None = Field(description="whether that model is at hand; none until then")


class Welcome(Message):
    """The companion introduces itself."""

    protocol: int
    version: str = Field(description="of temptrack")
    capabilities: Capabilities
    libraries: tuple[LibrarySummary, ...] = Field(
        description="names of this machine's libraries; none for a server until `libraries` was asked"
    )


class Libraries(Message):
    """What can be searched."""

    libraries: tuple[LibrarySummary, ...]


class CancelParams(Message):
    """A request to stop."""

    id: int | str = Field(description="of the request")


class CancelAnswer(Message):
    """Whether there was something to stop."""

    cancelled: bool


class CheckState(Message):
    """One link of the chain."""

    name: str
    state: Literal["ok", "warn", "broken"]
    detail: str = Field(description="what was found")
    next_step: str = Field(description="what to do about it; may be empty")


class DoctorAnswer(Message):
    """Every link, each after those it depends on."""

    checks: tuple[CheckState, ...]


class ProgressValue(Message):
    """How far a request is."""

    stage: str = Field(description="stable word: timeline, engine, picture, ranking, fetching, rendering")
    text: str = Field(description="the same for people")
    done: int
    total: int | None = Field(description="of how much; none when that is not known")


class ProgressParams(Message):
    """The params of `$/progress`."""

    token: int | str = Field(description="the `progress_token` of the request")
    value: ProgressValue


class ErrorData(Message):
    """What an error says to programs."""

    reason: str = Field(description="stable UPPER_SNAKE word")
    hint: str = Field(description="the next step; may be empty")
    metadata: dict[str, str] = Field(description="further facts: paths, names, limits")


class ErrorObject(Message):
    """The `error` of a JSON-RPC response."""

    code: int
    message: str = Field(description="a whole sentence for the panel")
    data: ErrorData
