"""One way to make a service: logging, health, metrics and orderly shutdown around its own routes.

Enters: the service's name, version, settings and an optional lifespan. Leaves: a FastAPI application.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.requests import Request
from starlette.responses import JSONResponse

from tradingsystem_common.health import Health
from tradingsystem_common.logs import configure_logging
from tradingsystem_common.metrics import RequestMetrics, metrics_endpoint
from tradingsystem_common.settings import ServiceSettings
from tradingsystem_common.shutdown import Background

log = logging.getLogger(__name__)

Lifespan = Callable[[FastAPI, Background], AbstractAsyncContextManager[Any]]


def create_service(name: str, version: str, settings: ServiceSettings, lifespan: Lifespan | None = None) -> FastAPI:
    """Make the application; `app.state` then holds `settings` and `health` (and what the lifespan adds).

    The lifespan opens connections and starts background work; it is left after the background work has ended, so
    a task never finds its connection closed.
    """
    configure_logging(name, settings.log_level)
    health = Health(service=name, version=version)

    @asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[None]:
        background = Background()
        async with lifespan(app, background) if lifespan else nullcontext():
            log.info("ready", extra={"version": version})
            try:
                yield
            finally:
                health.stopping = True
                await background.stop()
        log.info("stopped")

    app = FastAPI(title=name, version=version, lifespan=run, docs_url="/docs", redoc_url=None)
    app.state.settings = settings
    app.state.health = health
    registry = CollectorRegistry()
    app.add_middleware(RequestMetrics, service=name, registry=registry)
    app.add_route("/metrics", metrics_endpoint(registry), include_in_schema=False)
    app.add_route("/health", _health_endpoint(health), include_in_schema=False)
    return app


def _health_endpoint(health: Health) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def report(_: Request) -> JSONResponse:
        status, body = await health.report()
        return JSONResponse(body, status_code=status)

    return report
