import os
from pathlib import Path

import pytest
from llamaindex_service.embedding import MiniLmEmbedding

MODEL = Path(os.environ.get("MODEL_DIR", "/models/all-minilm-l6-v2"))


@pytest.fixture(scope="session")
def model():
    """The real model; `model/README.md` says how to get its files."""
    if not (MODEL / "model.onnx").is_file():
        pytest.fail(f"no model in {MODEL}; see model/README.md")
    return MiniLmEmbedding(MODEL)
