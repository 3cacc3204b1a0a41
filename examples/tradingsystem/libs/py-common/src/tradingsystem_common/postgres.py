"""A PostgreSQL pool that survives a database which is late or goes away.

Enters: a URL. Leaves: an asyncpg pool, made on first need, with the service's schema applied once. It needs
the extra `tradingsystem-common[postgres]`: most services have no database.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import asyncpg

from tradingsystem_common.health import CheckFailed

log = logging.getLogger(__name__)

# Services that start together must not create the extension or a table at the same moment: PostgreSQL's
# IF NOT EXISTS does not protect against that.
_SCHEMA_LOCK = 7_201_126


class Postgres:
    """Connections to one database; `hypertable` tells whether TimescaleDB manages the table."""

    def __init__(self, url: str, schema: str, table: str, time_column: str = "time") -> None:
        self._url = url
        self._schema = schema
        self._table = table
        self._time_column = time_column
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()
        self.hypertable = False

    async def pool(self) -> asyncpg.Pool:
        """Return the pool; connect and apply the schema the first time. Raises OSError or PostgresError."""
        async with self._opening:
            if self._pool is None:
                pool = await asyncpg.create_pool(self._url, min_size=1, max_size=5, timeout=5, command_timeout=10)
                try:
                    await self._prepare(pool)
                except BaseException:
                    await pool.close()
                    raise
                self._pool = pool
            return self._pool

    async def check(self) -> dict[str, Any]:
        """Health check: one round trip."""
        try:
            await (await self.pool()).fetchval("SELECT 1")
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as failure:
            raise CheckFailed(f"database: {type(failure).__name__}") from failure
        return {"hypertable": self.hypertable}

    async def close(self) -> None:
        """Close all connections."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    async def _prepare(self, pool: asyncpg.Pool) -> None:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _SCHEMA_LOCK)
            known = await connection.fetchval("SELECT true FROM pg_available_extensions WHERE name = 'timescaledb'")
            if known:
                await connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
            await connection.execute(self._schema)
            if known:
                await connection.execute(
                    "SELECT create_hypertable($1::text::regclass, $2::text::name, "
                    "if_not_exists => true, migrate_data => true)",
                    self._table,
                    self._time_column,
                )
        self.hypertable = bool(known)
        log.info("database ready", extra={"table": self._table, "hypertable": self.hypertable})
