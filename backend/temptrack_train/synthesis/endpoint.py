"""A language model behind any endpoint that speaks the OpenAI API: a service, vLLM, llama.cpp."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal

from pydantic import JsonValue

from temptrack.errors import (
    Corrupt,
    DeadlineExceeded,
    Forbidden,
    InvalidRequest,
    NotFound,
    NotSupported,
    Overloaded,
    TemptrackError,
    Unauthenticated,
    Unavailable,
)
from temptrack_train.synthesis.prompt import Analogy

if TYPE_CHECKING:
    import openai

KEY_VARIABLE: Final = "OPENAI_API_KEY"
"""Where the key is read from; local servers need none. It is never stored with the data."""

_JUNK: Final = (
    "ENDPOINT_JUNK",
    "answered something that is no completion",
    "Check that the address ends where the API begins, often in /v1, and --api.",
)

Api = Literal["chat", "completions"]


class Endpoint:
    """Asks an endpoint; failed and refused calls are repeated as it asks for, with growing pauses."""

    def __init__(
        self,
        url: str,
        model: str,
        *,
        api: Api = "chat",
        temperature: float = 0.7,
        most_tokens: int = 120,
        timeout_s: float = 60,
        retries: int = 4,
        jobs: int = 4,
    ) -> None:
        """Prepare to ask.

        Args:
            url: where the API begins, such as http://localhost:8000/v1.
            model: name of the model there.
            api: "chat" for models that converse, "completions" for models that only complete.
            temperature: of sampling; 0 always takes the likeliest word.
            most_tokens: where an answer is cut off.
            timeout_s: how long one call may take.
            retries: how often a call is repeated.
            jobs: how many calls run at once.

        Raises:
            InvalidRequest: the address is none.
            NotSupported: the package openai is missing.
        """
        if not url.startswith(("http://", "https://")):
            raise InvalidRequest(
                f"'{url}' is no address of an endpoint.",
                reason="ENDPOINT_ADDRESS",
                hint="Write it like http://localhost:8000/v1",
            )
        self._url, self._model, self._api, self.jobs = url, model, api, jobs
        self._temperature, self._most_tokens = temperature, most_tokens
        self._client = _client(url, timeout_s=timeout_s, retries=retries)

    def settings(self) -> Mapping[str, JsonValue]:
        """Return the model and how it is sampled; where it ran does not shape the texts."""
        return {
            "engine": "endpoint",
            "model": self._model,
            "api": self._api,
            "temperature": self._temperature,
            "most_tokens": self._most_tokens,
        }

    def complete(self, question: Analogy, seed: int) -> str:
        """Return what the model says.

        Raises:
            TemptrackError: it did not answer, or not with text.
        """
        import openai

        try:
            answer = self._ask(question, seed)
        except openai.OpenAIError as error:
            raise self._explain(error) from error
        except (ValueError, AttributeError, TypeError, IndexError) as error:
            # Servers that only resemble the API answer with other shapes; the package passes them through.
            raise self._junk(f"{type(error).__name__}: {error}") from error
        if not isinstance(answer, str):
            raise self._junk("it holds no text")
        return answer

    def _ask(self, question: Analogy, seed: int) -> str | None:
        if self._api == "completions":
            done = self._client.completions.create(
                model=self._model,
                prompt=question.text,
                seed=seed,
                temperature=self._temperature,
                max_tokens=self._most_tokens,
                stop=["\n\n"],
            )
            return done.choices[0].text
        talk = self._client.chat.completions.create(
            model=self._model,
            messages=[
                {"role": "system", "content": question.instruction},
                {"role": "user", "content": question.body},
            ],
            seed=seed,
            temperature=self._temperature,
            max_tokens=self._most_tokens,
        )
        return talk.choices[0].message.content

    def _junk(self, why: str) -> Corrupt:
        reason, what, hint = _JUNK
        return Corrupt(f"{self._url} {what}: {why}", reason=reason, hint=hint)

    def _explain(self, error: "openai.OpenAIError") -> TemptrackError:
        import openai

        refused = (
            InvalidRequest,
            "ENDPOINT_REFUSED",
            "refuses this question",
            "Use another model or prompt file.",
        )
        away = (
            Unavailable,
            "ENDPOINT_UNAVAILABLE",
            "cannot be reached",
            "Start the server and run the same command again: it goes on where it stopped.",
        )
        # The first that fits; later rows are wider.
        rows = (
            (
                openai.APITimeoutError,
                DeadlineExceeded,
                "ENDPOINT_SLOW",
                "is too slow",
                "Allow more with --timeout.",
            ),
            (
                openai.RateLimitError,
                Overloaded,
                "ENDPOINT_BUSY",
                "is asked too much",
                "Ask less at once: --jobs.",
            ),
            (
                openai.AuthenticationError,
                Unauthenticated,
                "ENDPOINT_KEY",
                "wants a key",
                f"Set {KEY_VARIABLE}.",
            ),
            (
                openai.PermissionDeniedError,
                Forbidden,
                "ENDPOINT_FORBIDDEN",
                "refuses",
                "Ask its owner for access.",
            ),
            (
                openai.NotFoundError,
                NotFound,
                "ENDPOINT_MODEL",
                f"has no {self._model}",
                "Check --model and --api.",
            ),
            (openai.APIResponseValidationError, Corrupt, *_JUNK),
            (openai.InternalServerError, *away),
            (openai.APIStatusError, *refused),
            (openai.OpenAIError, *away),
        )
        _, kind, reason, what, hint = next(row for row in rows if isinstance(error, row[0]))
        said = getattr(error, "message", str(error))
        return kind(f"{self._url} {what}: {said}", reason=reason, hint=hint)


def _client(url: str, *, timeout_s: float, retries: int) -> "openai.OpenAI":
    try:
        import openai
    except ModuleNotFoundError as error:
        raise NotSupported(
            "Asking an endpoint needs the package 'openai', which is not installed.",
            reason="MISSING_EXTRA",
            hint="Run: pip install 'temptrack[train]'.",
        ) from error
    return openai.OpenAI(
        base_url=url,
        api_key=os.environ.get(KEY_VARIABLE) or "none",
        timeout=timeout_s,
        max_retries=retries,
    )
