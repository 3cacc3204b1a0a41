"""The service: `POST /run` sends a signal through the graph.

Run with `uvicorn langgraph_service.app:create --factory`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from tradingsystem_common.accelerator import nvidia_devices
from tradingsystem_common.service import create_service
from tradingsystem_common.settings import ServiceSettings
from tradingsystem_common.shutdown import Background

from langgraph_service import VERSION
from langgraph_service.context import HouseRules, QueryService
from langgraph_service.graph import build_graph

Price = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Settings(ServiceSettings):
    """`llamaindex_query_url` is optional, for example http://llamaindex-query:8202."""

    llamaindex_query_url: str | None = Field(default=None, pattern="^https?://")


class SignalIn(BaseModel):
    """A signal to decide on. Prices are in reais, the recent ones oldest first."""

    model_config = ConfigDict(extra="forbid")

    ticker: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{4}\d{1,2}$")]
    side: Literal["buy", "sell"]
    entry: Price
    stop: Price
    target: Price
    recent_prices: Annotated[list[Price], Field(max_length=1000)] = []


class Decision(BaseModel):
    """What the graph made of it."""

    ticker: str
    kind: str
    trend: float
    action: str
    reasons: list[str]
    context: list[str]


def create(settings: Settings | None = None) -> FastAPI:
    """Make the application from the given settings, or from the environment."""
    settings = settings or Settings.from_environment_or_exit()
    remote = QueryService(settings.llamaindex_query_url) if settings.llamaindex_query_url else None
    graph = build_graph(remote or HouseRules())

    @asynccontextmanager
    async def lifespan(app: FastAPI, background: Background) -> AsyncIterator[None]:
        yield
        if remote:
            await remote.close()

    async def graph_check() -> dict[str, Any]:
        nodes = [name for name in graph.get_graph().nodes if not name.startswith("__")]
        return {"nodes": nodes, "context": "llamaindex-query" if remote else "house rules", "gpus": nvidia_devices()}

    app = create_service("langgraph-service", VERSION, settings, lifespan)
    app.state.health.add("graph", graph_check)

    @app.post("/run")
    async def run(signal: SignalIn) -> Decision:
        state = await graph.ainvoke({**signal.model_dump(), "reasons": []})
        return Decision.model_validate({name: state[name] for name in Decision.model_fields})

    return app
