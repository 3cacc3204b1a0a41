"""The index on the shared volume: one writer, many readers.

Enters: documents, or a question. Leaves: a new generation of the index, or the nodes nearest to the question. Every
change is written into a directory of its own and then made current by replacing one small file, so that a reader never
sees half an index; the generation before is kept for readers that are just loading it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llama_index.core import Document, StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.node_parser import SentenceSplitter

from llamaindex_service.embedding import MiniLmEmbedding

CHUNK_TOKENS = 200
OVERLAP_TOKENS = 20
_CURRENT = "CURRENT"


@dataclass(frozen=True, slots=True)
class Found:
    """A node near the question; `score` is the cosine of the angle between the two, at most 1."""

    text: str
    score: float
    document: str
    metadata: dict[str, Any]


class Library:
    """The generations below one directory."""

    def __init__(self, directory: Path, model: MiniLmEmbedding) -> None:
        self._directory = directory
        self._model = model
        self._loaded: tuple[str, VectorStoreIndex] | None = None
        self._splitter = SentenceSplitter(
            chunk_size=CHUNK_TOKENS,
            chunk_overlap=OVERLAP_TOKENS,
            tokenizer=model.token_counter(),
            # Its default divides by a model of NLTK that may have to be downloaded.
            chunking_tokenizer_fn=_sentences,
        )

    def add(self, documents: list[Document]) -> int:
        """Add the documents, replacing those of the same id; return the number of new nodes. One writer at a time."""
        with self._only_writer():
            nodes = self._splitter.get_nodes_from_documents(documents)
            index = self._load() or self._empty()
            # What is in memory is changed below: until it is published, only what is on the volume counts.
            self._loaded = None
            known = set(index.ref_doc_info)
            for document in documents:
                if document.doc_id in known:
                    index.delete_ref_doc(document.doc_id, delete_from_docstore=True)
            index.insert_nodes(nodes)
            self._publish(index)
        return len(nodes)

    def find(self, question: str, count: int) -> list[Found]:
        """Return the `count` nodes nearest to the question, nearest first."""
        index = self._load()
        if index is None or not index.docstore.docs:
            return []
        nearest = index.as_retriever(similarity_top_k=count).retrieve(question)
        return [
            Found(hit.node.get_content(), float(hit.score or 0), hit.node.ref_doc_id or "", dict(hit.node.metadata))
            for hit in nearest
        ]

    def size(self) -> dict[str, Any]:
        """How much is in the index, and which generation it is."""
        index = self._load()
        if index is None:
            return {"generation": None, "documents": 0, "nodes": 0}
        generation = self._loaded[0] if self._loaded else None
        return {"generation": generation, "documents": len(index.ref_doc_info), "nodes": len(index.docstore.docs)}

    def _empty(self) -> VectorStoreIndex:
        return VectorStoreIndex([], embed_model=self._model)

    def _load(self) -> VectorStoreIndex | None:
        for _ in range(3):
            current = self._current()
            if current is None:
                return None
            if self._loaded and self._loaded[0] == current:
                return self._loaded[1]
            try:
                storage = StorageContext.from_defaults(persist_dir=str(self._directory / current))
            except FileNotFoundError:
                continue  # two generations came while we were reading: look again
            index = load_index_from_storage(storage, embed_model=self._model)
            self._loaded = (current, index)
            return index
        raise OSError(f"{self._directory}: the index changes faster than it can be read")

    def _current(self) -> str | None:
        try:
            return (self._directory / _CURRENT).read_text().strip()
        except FileNotFoundError:
            return None

    def _publish(self, index: VectorStoreIndex) -> None:
        before = self._current()
        number = int(before.removeprefix("generation-")) + 1 if before else 1
        name = f"generation-{number:06d}"
        target = self._directory / name
        shutil.rmtree(target, ignore_errors=True)  # the rest of a write that was interrupted
        index.storage_context.persist(persist_dir=str(target))
        pointer = self._directory / f".{_CURRENT}.{os.getpid()}"
        pointer.write_text(name)
        pointer.replace(self._directory / _CURRENT)
        self._loaded = (name, index)
        for old in self._directory.glob("generation-*"):
            if old.name not in (name, before):
                shutil.rmtree(old, ignore_errors=True)

    @contextmanager
    def _only_writer(self) -> Iterator[None]:
        self._directory.mkdir(parents=True, exist_ok=True)
        with (self._directory / ".writer").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _sentences(text: str) -> list[str]:
    """Divide after sentence ends and line breaks; every character stays in one of the parts."""
    parts, start = [], 0
    for position, letter in enumerate(text):
        ends = letter == "\n" or (letter in ".!?" and text[position + 1 : position + 2].isspace())
        if ends:
            parts.append(text[start : position + 1])
            start = position + 1
    return [*parts, text[start:]] if start < len(text) else parts
