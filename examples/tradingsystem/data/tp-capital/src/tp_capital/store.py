"""Signals in TimescaleDB.

Enters: signals. Leaves: rows of a hypertable (a plain table where the extension is not there). Errors are those of
asyncpg and OSError.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tradingsystem_common.postgres import Postgres

from tp_capital.signal import Signal

TABLE = "signals"

# The time is part of the key because TimescaleDB divides the table by it.
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS {TABLE} (
    issued_at   timestamptz      NOT NULL,
    id          text             NOT NULL,
    received_at timestamptz      NOT NULL DEFAULT now(),
    source      text             NOT NULL,
    ticker      text             NOT NULL,
    side        text             NOT NULL CHECK (side IN ('buy', 'sell')),
    entry       numeric(12, 2)   NOT NULL,
    targets     numeric(12, 2)[] NOT NULL,
    stop        numeric(12, 2)   NOT NULL,
    PRIMARY KEY (issued_at, id)
);
CREATE INDEX IF NOT EXISTS {TABLE}_by_ticker ON {TABLE} (ticker, issued_at DESC);
"""

_COLUMNS = "id, issued_at, received_at, source, ticker, side, entry, targets, stop"


class SignalStore:
    """Adds and lists signals."""

    def __init__(self, url: str) -> None:
        self.database = Postgres(url, SCHEMA, TABLE, time_column="issued_at")

    async def add(self, signal: Signal) -> bool:
        """Store the signal; false if it was there already."""
        pool = await self.database.pool()
        status = await pool.execute(
            f"INSERT INTO {TABLE} (issued_at, id, source, ticker, side, entry, targets, stop) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
            signal.issued_at,
            signal.id,
            signal.source,
            signal.ticker,
            signal.side.value,
            signal.entry,
            list(signal.targets),
            signal.stop,
        )
        return bool(status == "INSERT 0 1")

    async def list(self, ticker: str | None, since: datetime | None, limit: int) -> list[dict[str, Any]]:
        """The newest signals first, of one share if given, issued at or after `since` if given."""
        pool = await self.database.pool()
        rows = await pool.fetch(
            f"SELECT {_COLUMNS} FROM {TABLE} WHERE ($1::text IS NULL OR ticker = $1) "
            "AND ($2::timestamptz IS NULL OR issued_at >= $2) ORDER BY issued_at DESC, id LIMIT $3",
            ticker,
            since,
            limit,
        )
        return [dict(row) for row in rows]
