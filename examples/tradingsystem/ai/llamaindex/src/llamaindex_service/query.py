"""The query service: `POST /query` finds the nodes nearest to a question.

Run with `uvicorn llamaindex_service.query:create --factory`. It follows the index on the volume by itself.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from tradingsystem_common.accelerator import nvidia_devices
from tradingsystem_common.service import create_service

from llamaindex_service import VERSION
from llamaindex_service.settings import Settings, open_library


class Question(BaseModel):
    """A question, and how many nodes to return."""

    model_config = ConfigDict(extra="forbid")

    query: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
    top_k: Annotated[int, Field(ge=1, le=50)] = 3


def create(settings: Settings | None = None) -> FastAPI:
    """Make the application from the given settings, or from the environment."""
    settings = settings or Settings.from_environment_or_exit()
    library, model = open_library(settings)

    async def index_check() -> dict[str, Any]:
        return await run_in_threadpool(library.size)

    async def model_check() -> dict[str, Any]:
        return {"name": model.model_name, "provider": model.provider, "gpus": nvidia_devices()}

    app = create_service("llamaindex-query", VERSION, settings)
    app.state.health.add("index", index_check)
    app.state.health.add("model", model_check)

    @app.post("/query")
    async def query(question: Question) -> dict[str, Any]:
        nodes = await run_in_threadpool(library.find, question.query, question.top_k)
        return {"nodes": [asdict(node) for node in nodes]}

    return app
