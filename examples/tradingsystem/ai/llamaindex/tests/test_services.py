"""Ingestion and query over one directory, as in production over one volume."""

import pytest
from conftest import MODEL
from fastapi.testclient import TestClient
from llamaindex_service import ingestion, query
from llamaindex_service.library import Library, _sentences
from llamaindex_service.settings import Settings

DOCUMENTS = [
    {
        "id": "oil",
        "text": "Petrobras produces oil in the pre-salt fields off the coast.",
        "metadata": {"ticker": "PETR4"},
    },
    {"id": "ore", "text": "Vale mines iron ore in Carajás and ships it to China.", "metadata": {"ticker": "VALE3"}},
    {"id": "beer", "text": "Ambev brews beer and sells soft drinks.", "metadata": {"ticker": "ABEV3"}},
]


@pytest.fixture
def services(tmp_path, model):
    settings = Settings(model_dir=MODEL, index_dir=tmp_path / "index")
    with TestClient(ingestion.create(settings)) as write, TestClient(query.create(settings)) as read:
        yield write, read


def ask(read, question, **more):
    answer = read.post("/query", json={"query": question, **more})
    assert answer.status_code == 200
    return answer.json()["nodes"]


def test_an_empty_index_answers_with_nothing_and_is_healthy(services):
    write, read = services
    assert ask(read, "oil") == []
    for service in (write, read):
        health = service.get("/health")
        assert health.status_code == 200
        assert health.json()["details"]["index"]["documents"] == 0


def test_what_was_taken_in_is_found_by_meaning(services):
    write, read = services
    added = write.post("/documents", json={"documents": DOCUMENTS})
    assert added.status_code == 201
    assert added.json()["index"] == {"generation": "generation-000001", "documents": 3, "nodes": 3}
    nodes = ask(read, "Which company extracts petroleum?", top_k=2)
    assert [node["document"] for node in nodes][0] == "oil"
    assert nodes[0]["metadata"] == {"ticker": "PETR4"}
    assert len(nodes) == 2
    assert nodes[0]["score"] > nodes[1]["score"]


def test_the_reader_follows_and_a_document_of_the_same_id_is_replaced(services):
    write, read = services
    write.post("/documents", json={"documents": DOCUMENTS})
    assert ask(read, "beer", top_k=1)[0]["document"] == "beer"
    changed = {"id": "beer", "text": "Now about electric motors made by WEG in Jaraguá do Sul."}
    write.post("/documents", json={"documents": [changed]})
    assert ask(read, "electric motors", top_k=1)[0]["document"] == "beer"
    assert "brews" not in " ".join(node["text"] for node in ask(read, "beer", top_k=10))
    assert read.get("/health").json()["details"]["index"]["documents"] == 3


def test_a_restarted_writer_goes_on_where_it_stopped(tmp_path, model):
    settings = Settings(model_dir=MODEL, index_dir=tmp_path / "index")
    for document in DOCUMENTS:
        with TestClient(ingestion.create(settings)) as write:
            body = write.post("/documents", json={"documents": [document]}).json()
    assert body["index"] == {"generation": "generation-000003", "documents": 3, "nodes": 3}
    kept = sorted(path.name for path in settings.index_dir.glob("generation-*"))
    assert kept == ["generation-000002", "generation-000003"]


def test_a_long_document_becomes_several_nodes_that_the_model_can_read_whole(services, model):
    write, read = services
    text = " ".join(f"Sentence number {n} tells of the market in São Paulo." for n in range(200))
    assert write.post("/documents", json={"documents": [{"id": "long", "text": text}]}).json()["nodes"] > 5
    count = model.token_counter()
    assert max(len(count(node["text"])) for node in ask(read, "market", top_k=50)) <= 200


@pytest.mark.parametrize(
    "body",
    [
        {"documents": []},
        {"documents": [{"id": "a", "text": " "}]},
        {"documents": [{"id": "", "text": "x"}]},
        {"documents": [{"id": "a", "text": "x", "extra": 1}]},
        {"documents": [{"id": "a", "text": "x"}, {"id": "a", "text": "y"}]},
    ],
)
def test_bad_documents_are_refused_and_leave_the_index_alone(services, body):
    write, read = services
    assert write.post("/documents", json=body).status_code == 422
    assert read.get("/health").json()["details"]["index"]["generation"] is None


def test_a_bad_question_is_refused(services):
    _, read = services
    assert read.post("/query", json={"query": " "}).status_code == 422
    assert read.post("/query", json={"query": "x", "top_k": 0}).status_code == 422


def test_a_volume_that_cannot_be_written_fails_the_writers_health(tmp_path, model, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: False)  # root may write anywhere: ask the same way
    with TestClient(ingestion.create(Settings(model_dir=MODEL, index_dir=tmp_path / "index"))) as write:
        health = write.get("/health")
    assert health.status_code == 503
    assert "not writable" in health.json()["details"]["index"]["error"]


def test_an_interrupted_write_leaves_the_current_index_readable(tmp_path, model):
    settings = Settings(model_dir=MODEL, index_dir=tmp_path / "index")
    with TestClient(ingestion.create(settings)) as write:
        write.post("/documents", json={"documents": DOCUMENTS})
    (settings.index_dir / "generation-000002").mkdir()
    (settings.index_dir / "generation-000002" / "docstore.json").write_text("{")
    assert Library(settings.index_dir, model).find("oil", 1)[0].document == "oil"
    with TestClient(ingestion.create(settings)) as write:
        body = write.post("/documents", json={"documents": [{"id": "new", "text": "Banks lend money."}]}).json()
    assert body["index"]["documents"] == 4


@pytest.mark.parametrize("text", ["One. Two! Three?", "a.b c\n\nd", "", "no end", "3.14 is pi. Yes."])
def test_no_character_is_lost_in_sentences(text):
    assert "".join(_sentences(text)) == text
