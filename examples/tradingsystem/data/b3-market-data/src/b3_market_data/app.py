"""The service: feed, sinks, and the API that shows the quotes.

`GET /quotes/latest` and `GET /quotes/{ticker}` read TimescaleDB where it is configured, so that what they show has
made the whole way; without it they show what the feed made since the start. Run with
`uvicorn b3_market_data.app:create --factory`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import asyncpg
from fastapi import FastAPI, HTTPException, Path, Query
from tradingsystem_common.service import create_service
from tradingsystem_common.shutdown import Background

from b3_market_data import VERSION
from b3_market_data.feed import OPENING_PRICES, RandomWalk
from b3_market_data.quote import Quote
from b3_market_data.recorder import Recorder
from b3_market_data.settings import Settings
from b3_market_data.sinks import QuestDb, Timescale

KEPT_IN_MEMORY = 1000  # quotes a share


class Market:
    """The running feed with its memory and its recorders."""

    def __init__(self, settings: Settings) -> None:
        self._walk = RandomWalk(settings.feed_seed)
        self._interval = settings.feed_interval
        self.memory = {ticker: deque[Quote](maxlen=KEPT_IN_MEMORY) for ticker in OPENING_PRICES}
        self.timescale = Timescale(settings.database_url) if settings.database_url else None
        questdb = QuestDb(*settings.questdb_address) if settings.questdb_address else None
        self.recorders = [Recorder(sink) for sink in (self.timescale, questdb) if sink]

    async def run(self, background: Background) -> None:
        """Tick until told to stop, then wait for the writes that are under way."""
        async with asyncio.TaskGroup() as writes:
            while True:
                quotes = self._walk.tick(datetime.now(UTC))
                for quote in quotes:
                    self.memory[quote.ticker].append(quote)
                for recorder in self.recorders:
                    writes.create_task(recorder.record(quotes))
                if not await background.pause(self._interval):
                    return

    async def close(self) -> None:
        """Close all sinks."""
        for recorder in self.recorders:
            with contextlib.suppress(OSError):
                await recorder.close()


def create(settings: Settings | None = None) -> FastAPI:
    """Make the application from the given settings, or from the environment."""
    settings = settings or Settings.from_environment_or_exit()

    @asynccontextmanager
    async def lifespan(app: FastAPI, background: Background) -> AsyncIterator[None]:
        market = Market(settings)
        app.state.market = market
        for recorder in market.recorders:
            app.state.health.add(recorder.name, recorder.check)
        background.start("feed", market.run(background))
        yield
        await market.close()

    app = create_service("b3-market-data", VERSION, settings, lifespan)
    _add_routes(app)
    return app


def _add_routes(app: FastAPI) -> None:
    @app.get("/quotes/latest")
    async def latest() -> dict[str, Any]:
        market: Market = app.state.market
        if market.timescale:
            with _database_errors():
                return _answer("timescaledb", await market.timescale.latest())
        return _answer("memory", [quotes[-1] for quotes in market.memory.values() if quotes])

    @app.get("/quotes/{ticker}")
    async def series(
        ticker: Annotated[str, Path(pattern="^[A-Za-z0-9]{1,12}$")],
        limit: Annotated[int, Query(ge=1, le=KEPT_IN_MEMORY)] = 100,
    ) -> dict[str, Any]:
        market: Market = app.state.market
        known = ticker.upper()
        if known not in market.memory:
            raise HTTPException(404, f"no quotes of {known}; known are {', '.join(market.memory)}")
        if market.timescale:
            with _database_errors():
                return _answer("timescaledb", await market.timescale.series(known, limit))
        return _answer("memory", list(reversed(market.memory[known]))[:limit])


def _answer(source: str, quotes: list[Quote]) -> dict[str, Any]:
    return {"source": source, "quotes": [quote.as_json() for quote in quotes]}


@contextlib.contextmanager
def _database_errors() -> Iterator[None]:
    try:
        yield
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as failure:
        raise HTTPException(503, "the database does not answer; try again") from failure
