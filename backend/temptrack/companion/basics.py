"""Handshake, libraries, cancel, doctor and the end."""

import importlib.util
import logging
import os
import threading
from typing import Literal

from temptrack import __version__, home
from temptrack.companion.calls import Call
from temptrack.companion.desk import Desk
from temptrack.companion.heavy import SOUNDS, SUGGESTING, import_heavy
from temptrack.companion.life import OnlyOne, watch_host
from temptrack.companion.messages import (
    PROTOCOL,
    CancelAnswer,
    CancelParams,
    Capabilities,
    CheckState,
    DoctorAnswer,
    InitializeParams,
    Libraries,
    LibrarySummary,
    Nothing,
    PreviewAbility,
    Welcome,
)
from temptrack.companion.methods import Method
from temptrack.errors import AlreadyExists, NotSupported, TemptrackError
from temptrack.library.places import known_names

log = logging.getLogger(__name__)

_PLAYER = "miniaudio"


def initialize(desk: Desk, params: InitializeParams, call: Call) -> Welcome:
    """Introduce a host; the first request, and only once.

    The answer comes before anything heavy is loaded. What the first question would wait for is then loaded
    meanwhile.
    """
    if params.protocol != PROTOCOL:
        behind = "temptrack" if params.protocol > PROTOCOL else "the plugin"
        raise NotSupported(
            f"The plugin speaks protocol {params.protocol}, temptrack {__version__} speaks {PROTOCOL}.",
            reason="PROTOCOL_MISMATCH",
            hint=f"Update {behind}.",
            metadata={"plugin": str(params.protocol), "companion": str(PROTOCOL)},
        )
    if desk.is_open:
        raise AlreadyExists(
            "This companion was introduced already.",
            reason="ALREADY_RUNNING",
            hint="Use the connection there is, or start another companion for another host.",
        )
    if params.home:
        os.environ[home.ENVIRONMENT_VARIABLE] = params.home
    only_one = OnlyOne(params.process_id)
    try:
        watch_host(params.process_id, desk.end)
        desk.open(params, only_one)
    except TemptrackError:
        only_one.give_back()
        raise
    threading.Thread(target=_warm_up, args=(desk,), name="warm-up", daemon=True).start()
    return Welcome(
        protocol=PROTOCOL,
        version=__version__,
        capabilities=Capabilities(
            engine="server" if params.server else "in_process", preview=_preview_ability()
        ),
        libraries=()
        if params.server
        else tuple(
            LibrarySummary(name=name, tracks=None, bundle_id=None, matches_bundle=None)
            for name in known_names()
        ),
    )


def libraries(desk: Desk, params: Nothing, call: Call) -> Libraries:
    """Say what can be searched, and whether it fits the model."""
    return Libraries(libraries=desk.engines.libraries())


def cancel(desk: Desk, params: CancelParams, call: Call) -> CancelAnswer:
    """Stop a request, which is then answered with CANCELLED; `$/cancelRequest` does the same unanswered."""
    return CancelAnswer(cancelled=desk.calls.cancel(params.id))


def doctor(desk: Desk, params: Nothing, call: Call) -> DoctorAnswer:
    """Check every link of the chain and say the next step for each broken one."""
    from temptrack.companion.audio_device import why_silent
    from temptrack.seat.checks import examine

    state: dict[str, Literal["ok", "warn", "broken"]] = {"ok": "ok", "note": "warn", "broken": "broken"}
    agreed = desk.agreed
    checks = [
        CheckState(name=check.name, state=state[check.state], detail=check.message, next_step=check.hint)
        for check in examine(server=agreed.server, token=agreed.token, bundle=None, device="auto")
    ]
    silent = why_silent()
    checks.append(
        CheckState(
            name="preview",
            state="warn" if silent else "ok",
            detail=silent.message if silent else "music can be played",
            next_step=silent.hint if silent else "",
        )
    )
    return DoctorAnswer(checks=tuple(checks))


def shutdown(desk: Desk, params: Nothing, call: Call) -> Nothing:
    """Stop everything that runs; the notification `exit` then ends the process."""
    desk.close(but=call)
    return Nothing()


def _preview_ability() -> PreviewAbility:
    if importlib.util.find_spec(_PLAYER) is None:
        return PreviewAbility(
            available=False, reason=f"The package '{_PLAYER}' is not installed, so no music can be played."
        )
    return PreviewAbility(available=True)


def _warm_up(desk: Desk) -> None:
    try:
        import_heavy((*desk.engines.modules, *SUGGESTING))
        desk.engines.warm_up()
        import_heavy(SOUNDS)
    except Exception as error:
        # Whatever is wrong is told to whoever asks for it.
        log.info("Warming up stopped: %s", error)


METHODS = {
    "initialize": Method(InitializeParams, Welcome, initialize),
    "libraries": Method(Nothing, Libraries, libraries),
    "cancel": Method(CancelParams, CancelAnswer, cancel),
    "doctor": Method(Nothing, DoctorAnswer, doctor),
    "shutdown": Method(Nothing, Nothing, shutdown),
}
