"""Tokens by which callers sign in: made, listed, revoked, and checked; never kept themselves.

A token holds 256 random bits. What is kept is its SHA-256: nobody can guess 256 bits, so a slow hash would
protect nothing and let anybody who sends nonsense keep the server busy (docs/adr/0017).
"""

import hashlib
import hmac
import logging
import os
import secrets
import tempfile
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from temptrack import errors, home
from temptrack.server.options import Right

log = logging.getLogger(__name__)

_PREFIX: Final = "tt"
_ID_BYTES: Final = 4
_SECRET_BYTES: Final = 32
_PRIVATE: Final = 0o600


class Token(BaseModel):
    """What is kept about a token."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(description="first part of the token; safe to show")
    name: str = Field(min_length=1, max_length=64, description="who uses it, as logs show it")
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="hex SHA-256 of the secret part", repr=False)
    right: Right = Field(description="suggest, index or admin")
    libraries: tuple[str, ...] = Field((), description="libraries it may use; none named is all")
    created_at: datetime = Field(description="when it was made, UTC")
    expires_at: datetime | None = Field(None, description="when it ends to be good, UTC; never if absent")
    revoked_at: datetime | None = Field(None, description="when it was revoked, UTC")


class _Kept(BaseModel):
    format: int = Field(1, ge=1, le=1)
    tokens: tuple[Token, ...] = ()


class TokenStore:
    """The tokens of a server in one file, private to its owner. Safe between processes and threads.

    A change is seen by a running server with its next call.
    """

    def __init__(self, path: Path | None = None, *, now: Callable[[], datetime] | None = None) -> None:
        """Use a file; it need not exist.

        Args:
            path: where tokens are kept; among temptrack's own files where None.
            now: clock that says what has expired.
        """
        self.path = path or home.home_folder() / "tokens.json"
        self._now = now or (lambda: datetime.now(UTC))
        self._read_as: tuple[int, int, int] | None = None
        self._tokens: dict[str, Token] = {}
        self._lock = threading.Lock()

    def create(
        self,
        name: str,
        *,
        right: Right = "suggest",
        libraries: Sequence[str] = (),
        expires_at: datetime | None = None,
    ) -> str:
        """Make a token and return it: this once, for it cannot be shown again.

        Args:
            name: who uses it; names need not be unique.
            right: what it allows.
            libraries: libraries it is good for; none is all.
            expires_at: when it ends to be good.

        Raises:
            InvalidRequest: the name is empty or too long.
        """
        token_id, secret = secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
        try:
            token = Token(
                id=token_id,
                name=name,
                sha256=_hash(secret),
                right=right,
                libraries=tuple(libraries),
                created_at=self._now(),
                expires_at=expires_at,
            )
        except ValidationError as error:
            raise errors.InvalidRequest(
                f"{name!r} is no name for a token.", reason="TOKEN_NAME", hint="Give 1 to 64 characters."
            ) from error
        self._change(lambda tokens: (*tokens, token))
        return f"{_PREFIX}_{token_id}_{secret}"

    def list(self) -> Sequence[Token]:
        """Return all tokens in the order in which they were made. Raises Corrupt."""
        return tuple(self._current().values())

    def revoke(self, token_id: str) -> Token:
        """End a token at once. Raises NotFound; revoking twice changes nothing."""
        found = self._current().get(token_id)
        if found is None:
            raise errors.NotFound(
                f"There is no token {token_id!r}.",
                reason="TOKEN_NOT_FOUND",
                hint="`temptrack token list` shows the ids.",
            )
        revoked = found.model_copy(update={"revoked_at": found.revoked_at or self._now()})
        self._change(lambda tokens: tuple(revoked if token.id == token_id else token for token in tokens))
        return revoked

    def check(self, text: str) -> Token:
        """Return what is kept about a token that somebody shows.

        Raises:
            Unauthenticated: it is unknown, revoked or expired.
            Corrupt: the file of tokens cannot be read; nobody is let in.
        """
        prefix, _, rest = text.partition("_")
        token_id, _, secret = rest.partition("_")
        kept = self._current().get(token_id) if prefix == _PREFIX else None
        # Compared even where there is nothing to compare with, and in constant time.
        if not hmac.compare_digest(_hash(secret), kept.sha256 if kept else _hash("")) or kept is None:
            raise errors.Unauthenticated(
                "This token is not known here.",
                reason="TOKEN_UNKNOWN",
                hint="Ask whoever runs the server for a new one, then run `temptrack login`.",
            )
        if kept.revoked_at is not None:
            raise _ended(kept, "was revoked", "TOKEN_REVOKED")
        if kept.expires_at is not None and kept.expires_at <= self._now():
            raise _ended(kept, f"expired on {kept.expires_at:%Y-%m-%d}", "TOKEN_EXPIRED")
        return kept

    def _current(self) -> dict[str, Token]:
        with self._lock:
            try:
                stat = self.path.stat()
            except FileNotFoundError:
                return {}
            seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if seen != self._read_as:
                self._tokens = {token.id: token for token in self._read()}
                self._read_as = seen
            return self._tokens

    def _read(self) -> tuple[Token, ...]:
        try:
            return _Kept.model_validate_json(self.path.read_bytes()).tokens
        except FileNotFoundError:
            return ()
        except (ValidationError, OSError) as error:
            raise errors.Corrupt(
                f"The tokens in {self.path} cannot be read; nobody can sign in.",
                reason="TOKENS_CORRUPT",
                hint="Bring the file back from a backup, or delete it and make new tokens.",
                metadata={"path": str(self.path)},
            ) from error

    def _change(self, change: Callable[[tuple[Token, ...]], tuple[Token, ...]]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{self.path}.lock", mode=_PRIVATE):
            kept = _Kept(tokens=change(self._read()))
            # Temporary files are private to their owner from the start.
            handle, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(kept.model_dump_json(indent=2).encode())
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, self.path)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _ended(token: Token, how: str, reason: str) -> errors.Unauthenticated:
    return errors.Unauthenticated(
        f"The token of {token.name!r} {how}.",
        reason=reason,
        hint="Ask whoever runs the server for a new one, then run `temptrack login`.",
        metadata={"token": token.id},
    )
