"""The ingestion service: `POST /documents` puts documents into the index.

Run with `uvicorn llamaindex_service.ingestion:create --factory`, one process: there is one writer.
"""

from __future__ import annotations

import asyncio
import os
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException
from fastapi.concurrency import run_in_threadpool
from llama_index.core import Document
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from tradingsystem_common.accelerator import nvidia_devices
from tradingsystem_common.health import CheckFailed
from tradingsystem_common.service import create_service

from llamaindex_service import VERSION
from llamaindex_service.settings import Settings, open_library


class DocumentIn(BaseModel):
    """A document; one with the same id replaces it."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000_000)]
    metadata: Annotated[dict[str, str | int | float | bool], Field(max_length=20)] = {}


class Batch(BaseModel):
    """Documents that go into the index together: all of them or none."""

    model_config = ConfigDict(extra="forbid")

    documents: Annotated[list[DocumentIn], Field(min_length=1, max_length=200)]


def create(settings: Settings | None = None) -> FastAPI:
    """Make the application from the given settings, or from the environment."""
    settings = settings or Settings.from_environment_or_exit()
    library, model = open_library(settings)
    writing = asyncio.Lock()

    async def index_check() -> dict[str, Any]:
        directory = settings.index_dir if settings.index_dir.exists() else settings.index_dir.parent
        if not os.access(directory, os.W_OK):
            raise CheckFailed(f"{directory} is not writable")
        return await run_in_threadpool(library.size)

    async def model_check() -> dict[str, Any]:
        return {"name": model.model_name, "provider": model.provider, "gpus": nvidia_devices()}

    app = create_service("llamaindex-ingestion", VERSION, settings)
    app.state.health.add("index", index_check)
    app.state.health.add("model", model_check)

    @app.post("/documents", status_code=201)
    async def add(batch: Batch) -> dict[str, Any]:
        if len({document.id for document in batch.documents}) != len(batch.documents):
            raise HTTPException(422, "two documents of the batch have the same id")
        documents = [Document(doc_id=d.id, text=d.text, metadata=d.metadata) for d in batch.documents]
        async with writing:
            nodes = await run_in_threadpool(library.add, documents)
            return {"documents": len(documents), "nodes": nodes, "index": await run_in_threadpool(library.size)}

    return app
