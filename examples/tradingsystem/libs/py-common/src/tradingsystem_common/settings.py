"""Settings from the environment.

Enters: environment variables. Leaves: one validated, immutable settings object, or a `SettingsError` that names
each wrong variable, so that a container with a typing error stops at once with a readable line.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError


class SettingsError(Exception):
    """One or more environment variables have values the service cannot work with."""


class ServiceSettings(BaseModel):
    """Base of each service's settings: field `database_url` is read from `DATABASE_URL`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    log_level: str = "INFO"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read the known variables; empty ones count as not set (compose passes `${X:-}` that way).

        Raises `SettingsError` with one line per wrong variable.
        """
        source = os.environ if environ is None else environ
        values = {name: source[name.upper()] for name in cls.model_fields if source.get(name.upper())}
        try:
            return cls.model_validate(values)
        except ValidationError as failure:
            lines = [f"{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in failure.errors()]
            raise SettingsError("the environment is not usable:\n  " + "\n  ".join(lines)) from None

    @classmethod
    def from_environment_or_exit(cls) -> Self:
        """Like `from_environment`, for a service's entry point: print the message and exit with 2."""
        try:
            return cls.from_environment()
        except SettingsError as failure:
            sys.stderr.write(f"{failure}\n")
            raise SystemExit(2) from None
