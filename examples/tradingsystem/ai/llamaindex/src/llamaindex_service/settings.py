"""Settings of both services; each field is the environment variable of the same name in capitals."""

from __future__ import annotations

import sys
from pathlib import Path

from pydantic import Field
from tradingsystem_common.settings import ServiceSettings

from llamaindex_service.embedding import MiniLmEmbedding, ModelMissing
from llamaindex_service.library import Library


class Settings(ServiceSettings):
    """`index_dir` lies on the volume that both services share."""

    model_dir: Path = Path("/models/all-minilm-l6-v2")
    index_dir: Path = Path("/data/index")
    embed_threads: int = Field(default=2, ge=1, le=64)


def open_library(settings: Settings) -> tuple[Library, MiniLmEmbedding]:
    """Load the model and the library over it; without the model print what is missing and exit with 2."""
    try:
        model = MiniLmEmbedding(settings.model_dir, settings.embed_threads)
    except ModelMissing as failure:
        sys.stderr.write(f"{failure}\n")
        raise SystemExit(2) from None
    return Library(settings.index_dir, model), model
