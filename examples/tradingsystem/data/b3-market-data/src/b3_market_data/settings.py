"""Settings of the service; each field is the environment variable of the same name in capitals."""

from __future__ import annotations

from pydantic import Field, field_validator
from tradingsystem_common.settings import ServiceSettings


class Settings(ServiceSettings):
    """`feed_interval` is in seconds. A sink that is not configured is simply not there."""

    database_url: str | None = None
    questdb_ilp: str | None = None
    feed_seed: int = 8101
    feed_interval: float = Field(default=1.0, gt=0, le=3600)

    @field_validator("questdb_ilp")
    @classmethod
    def _host_and_port(cls, value: str | None) -> str | None:
        if value is not None:
            host, _, port = value.rpartition(":")
            if not host or not port.isdigit() or not 0 < int(port) < 65536:
                raise ValueError("must be HOST:PORT, for example questdb:9009")
        return value

    @property
    def questdb_address(self) -> tuple[str, int] | None:
        """Host and port of QuestDB's line protocol, if configured."""
        if self.questdb_ilp is None:
            return None
        host, _, port = self.questdb_ilp.rpartition(":")
        return host, int(port)
