import pytest
from fastapi.testclient import TestClient
from langgraph_service.app import Settings, create

SIGNAL = {"ticker": "VALE3", "side": "buy", "entry": 61, "stop": 60, "target": 64, "recent_prices": [60, 60.5, 61]}


@pytest.fixture
def client():
    with TestClient(create(Settings())) as client:
        yield client


def test_a_signal_goes_through_the_graph(client):
    answer = client.post("/run", json=SIGNAL)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["ticker"], body["kind"], body["action"]) == ("VALE3", "momentum", "follow")
    assert body["context"]


@pytest.mark.parametrize(
    "change", [{"side": "hold"}, {"entry": -1}, {"ticker": "vale"}, {"recent_prices": [0]}, {"x": 1}]
)
def test_a_bad_signal_is_refused(client, change):
    assert client.post("/run", json={**SIGNAL, **change}).status_code == 422


def test_health_shows_the_graph(client):
    body = client.get("/health").json()
    assert (body["status"], body["service"]) == ("ok", "langgraph-service")
    assert body["details"]["graph"]["nodes"] == ["classify", "retrieve", "decide", "reject"]
