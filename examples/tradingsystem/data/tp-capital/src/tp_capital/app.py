"""The service: `POST /signals` takes a signal in, `GET /signals` lists them.

Run with `uvicorn tp_capital.app:create --factory`; needs DATABASE_URL.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
from fastapi import FastAPI, HTTPException, Query, Response
from pydantic import AwareDatetime
from tradingsystem_common.service import create_service
from tradingsystem_common.settings import ServiceSettings
from tradingsystem_common.shutdown import Background

from tp_capital import VERSION
from tp_capital.signal import Signal, Ticker
from tp_capital.store import SignalStore


class Settings(ServiceSettings):
    """Each field is the environment variable of the same name in capitals."""

    database_url: str


def create(settings: Settings | None = None) -> FastAPI:
    """Make the application from the given settings, or from the environment."""
    settings = settings or Settings.from_environment_or_exit()
    store = SignalStore(settings.database_url)

    @asynccontextmanager
    async def lifespan(app: FastAPI, background: Background) -> AsyncIterator[None]:
        app.state.health.add("timescaledb", store.database.check)
        yield
        await store.database.close()

    app = create_service("tp-capital", VERSION, settings, lifespan)
    _add_routes(app, store)
    return app


def _add_routes(app: FastAPI, store: SignalStore) -> None:
    @app.post("/signals", status_code=201)
    async def add(signal: Signal, response: Response) -> dict[str, str | bool]:
        with _database_errors():
            new = await store.add(signal)
        if not new:
            response.status_code = 200
        return {"id": signal.id, "new": new}

    @app.get("/signals")
    async def signals(
        ticker: Ticker | None = None,
        since: AwareDatetime | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> dict[str, list[dict[str, Any]]]:
        with _database_errors():
            return {"signals": await store.list(ticker, since, limit)}


@contextlib.contextmanager
def _database_errors() -> Iterator[None]:
    try:
        yield
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as failure:
        raise HTTPException(503, "the database does not answer; try again") from failure
