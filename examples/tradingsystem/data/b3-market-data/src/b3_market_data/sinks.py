"""Where quotes are stored: QuestDB by its line protocol, TimescaleDB by SQL.

Enters: batches of quotes. Leaves: stored rows, or an OSError/asyncpg error, after which the same batch may be
written again. Each sink answers for its own health.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any, Protocol

from tradingsystem_common.health import CheckFailed
from tradingsystem_common.postgres import Postgres

from b3_market_data.line_protocol import encode_row
from b3_market_data.quote import Quote

TABLE = "quotes"

SCHEMA = f"""
CREATE TABLE IF NOT EXISTS {TABLE} (
    time   timestamptz    NOT NULL,
    ticker text           NOT NULL,
    price  numeric(12, 2) NOT NULL,
    volume bigint         NOT NULL,
    PRIMARY KEY (ticker, time)
)
"""


class Sink(Protocol):
    """A store of quotes."""

    name: str

    async def write(self, quotes: Sequence[Quote]) -> None:
        """Store the batch. After an error the same batch is written again."""

    async def check(self) -> dict[str, Any]:
        """Health check: return details or raise CheckFailed."""

    async def close(self) -> None:
        """Release connections."""


class QuestDb:
    """Writes over one TCP connection, made again when it breaks. `limit` is in seconds.

    The line protocol over TCP acknowledges nothing: rows that were under way when the connection broke may be lost, and
    rows of a batch that is written again may be there twice unless the table deduplicates by time and ticker.
    """

    name = "questdb"

    def __init__(self, host: str, port: int, limit: float = 3.0) -> None:
        self._address = (host, port)
        self._limit = limit
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._connecting = asyncio.Lock()

    async def write(self, quotes: Sequence[Quote]) -> None:
        """Send the batch as lines."""
        rows = b"".join(
            encode_row(TABLE, {"ticker": q.ticker}, {"price": q.price, "volume": q.volume}, q.time) for q in quotes
        )
        _, writer = await self._connected()
        try:
            writer.write(rows)
            async with asyncio.timeout(self._limit):
                await writer.drain()
        except (OSError, TimeoutError):
            await self.close()
            raise

    async def check(self) -> dict[str, Any]:
        """The connection stands, or can be made."""
        host, port = self._address
        try:
            await self._connected()
        except (OSError, TimeoutError) as failure:
            raise CheckFailed(f"{host}:{port} does not accept rows ({type(failure).__name__})") from failure
        return {"protocol": "ILP/TCP"}

    async def close(self) -> None:
        """Close the connection, if there is one."""
        if self._streams is None:
            return
        _, writer = self._streams
        self._streams = None
        writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(self._limit):
                await writer.wait_closed()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with self._connecting:
            if self._streams and (self._streams[0].at_eof() or self._streams[1].is_closing()):
                await self.close()
            if self._streams is None:
                async with asyncio.timeout(self._limit):
                    self._streams = await asyncio.open_connection(*self._address)
            return self._streams


class Timescale:
    """Writes into a hypertable of TimescaleDB (a plain table where the extension is not there), and reads back."""

    name = "timescaledb"

    def __init__(self, url: str) -> None:
        self._database = Postgres(url, SCHEMA, TABLE)

    async def write(self, quotes: Sequence[Quote]) -> None:
        """Insert the batch; rows that are already there stay as they are."""
        pool = await self._database.pool()
        await pool.executemany(
            f"INSERT INTO {TABLE} (time, ticker, price, volume) VALUES ($1, $2, $3::float8::numeric, $4) "
            "ON CONFLICT DO NOTHING",
            [(q.time, q.ticker, q.price, q.volume) for q in quotes],
        )

    async def latest(self) -> list[Quote]:
        """The newest quote of each share, from the last hour, by ticker."""
        pool = await self._database.pool()
        rows = await pool.fetch(
            f"SELECT DISTINCT ON (ticker) * FROM {TABLE} WHERE time > now() - interval '1 hour' "
            "ORDER BY ticker, time DESC"
        )
        return [_from_row(row) for row in rows]

    async def series(self, ticker: str, limit: int) -> list[Quote]:
        """The newest `limit` quotes of one share, newest first."""
        pool = await self._database.pool()
        rows = await pool.fetch(f"SELECT * FROM {TABLE} WHERE ticker = $1 ORDER BY time DESC LIMIT $2", ticker, limit)
        return [_from_row(row) for row in rows]

    async def check(self) -> dict[str, Any]:
        """The database answers."""
        return await self._database.check()

    async def close(self) -> None:
        """Close the pool."""
        await self._database.close()


def _from_row(row: Any) -> Quote:
    return Quote(row["ticker"], row["time"], float(row["price"]), row["volume"])
