"""The embedding model: all-MiniLM-L6-v2 on ONNX Runtime, from files in the image.

Enters: texts. Leaves: vectors of 384 numbers, of length 1. CUDA is used where the runtime offers it at the time of
loading, else the processor: the same code serves both variants of the image. Nothing is ever downloaded.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr
from tokenizers import Tokenizer
from tradingsystem_common.accelerator import nvidia_devices

CPU = "CPUExecutionProvider"
PREFERRED_PROVIDERS = ("CUDAExecutionProvider", CPU)
LONGEST = 256  # tokens; the model was trained with this length


class ModelMissing(Exception):
    """The model's files are not where they should be."""


class MiniLmEmbedding(BaseEmbedding):
    """llama-index's embedding interface over the ONNX model."""

    _session: onnxruntime.InferenceSession = PrivateAttr()
    _tokenizer: Tokenizer = PrivateAttr()

    def __init__(self, directory: Path, threads: int = 2, **more: Any) -> None:
        super().__init__(model_name="all-MiniLM-L6-v2-int8", embed_batch_size=16, **more)
        for name in ("model.onnx", "tokenizer.json"):
            if not (directory / name).is_file():
                raise ModelMissing(f"{directory / name} is missing; set MODEL_DIR to the model's directory")
        self._tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.enable_padding()
        self._session = onnxruntime.InferenceSession(
            str(directory / "model.onnx"),
            _options(threads),
            providers=usable_providers(onnxruntime.get_available_providers(), nvidia_devices()),
        )

    @classmethod
    def class_name(cls) -> str:
        """The name under which llama-index stores it."""
        return "MiniLmEmbedding"

    @property
    def provider(self) -> str:
        """What computes: `CUDAExecutionProvider` or `CPUExecutionProvider`."""
        return str(self._session.get_providers()[0])

    def token_counter(self) -> Callable[[str], list[int]]:
        """A function that gives a text's tokens, untruncated, for cutting documents to the model's measure."""
        counter = Tokenizer.from_str(self._tokenizer.to_str())
        counter.no_truncation()
        counter.no_padding()
        return lambda text: counter.encode(text, add_special_tokens=False).ids

    def embed(self, texts: list[str]) -> list[list[float]]:
        """Return one vector for each text."""
        if not texts:
            return []
        encoded = self._tokenizer.encode_batch(texts)
        mask = np.array([e.attention_mask for e in encoded], dtype=np.int64)
        (hidden,) = self._session.run(
            ["last_hidden_state"],
            {
                "input_ids": np.array([e.ids for e in encoded], dtype=np.int64),
                "attention_mask": mask,
                "token_type_ids": np.array([e.type_ids for e in encoded], dtype=np.int64),
            },
        )
        weights = mask[:, :, None].astype(np.float32)
        mean = (hidden * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
        return (mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12)).tolist()

    def _get_text_embedding(self, text: str) -> list[float]:
        return self.embed([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self.embed(texts)

    def _get_query_embedding(self, query: str) -> list[float]:
        return self.embed([query])[0]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def usable_providers(available: list[str], devices: list[str]) -> list[str]:
    """The providers to try, best first; the processor is always the last resort.

    CUDA is tried only where the container sees a device: elsewhere the runtime would complain on every start.
    """
    return [name for name in PREFERRED_PROVIDERS if name == CPU or (name in available and devices)]


def _options(threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return options
