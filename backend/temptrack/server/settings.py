"""Options of a server from its command, its environment and its file, in this order of weight."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from temptrack import errors
from temptrack.server.options import ServerOptions, option_error

PREFIX: Final = "TEMPTRACK_SERVER_"
"""Before the name of an option in capitals: TEMPTRACK_SERVER_LISTEN."""

CONFIG_VARIABLE: Final = "TEMPTRACK_SERVER_CONFIG"
"""Names the file where --config does not."""


def read_options(file: Path | None, **given: Any) -> ServerOptions:
    """Return the options of a server.

    Args:
        file: TOML file with options by name, or None for that of the environment, if it names one.
        given: options of the command line; None was not given.

    Raises:
        NotFound: there is no such file.
        InvalidRequest: a value is out of range, a name is unknown, or two options do not fit together.
    """
    chosen = file or _named_file()
    if chosen is not None and not chosen.is_file():
        raise errors.NotFound(
            f"There is no configuration file {chosen}.",
            reason="CONFIG_NOT_FOUND",
            hint="`temptrack config show` prints what one may hold.",
            metadata={"path": str(chosen)},
        )
    _check_environment(os.environ)
    told = {name: value for name, value in given.items() if value is not None}
    try:
        settings = _settings_with(chosen)(**told)
    except ValidationError as error:
        raise option_error(error.errors(include_url=False)[0]) from error
    except (SettingsError, ValueError, RecursionError) as error:
        raise errors.InvalidRequest(
            f"The options cannot be read: {error}.",
            reason="CONFIG_SYNTAX",
            hint="Files are TOML; a variable that holds several values holds a JSON list.",
            metadata={"path": str(chosen or "")},
        ) from error
    return ServerOptions.model_validate(settings.model_dump())


def _named_file() -> Path | None:
    named = os.environ.get(CONFIG_VARIABLE)
    return Path(named) if named else None


def _check_environment(environment: Mapping[str, str]) -> None:
    known = {PREFIX + name.upper() for name in ServerOptions.model_fields} | {CONFIG_VARIABLE}
    for name in environment:
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            raise errors.InvalidRequest(
                f"The environment holds {name}, which is no option.",
                reason="BAD_OPTION",
                hint="`temptrack config show` prints every option with its range.",
                metadata={"option": name},
            )


def _settings_with(file: Path | None) -> type[BaseSettings]:
    class Settings(BaseSettings, ServerOptions):
        model_config = SettingsConfigDict(
            env_prefix=PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True
        )

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            if file is None:
                return init_settings, env_settings
            return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=file)

    return Settings
