import os
import uuid

import pytest
from fastapi.testclient import TestClient
from test_signal import BUY, SELL
from tp_capital.app import Settings, create
from tradingsystem_common.settings import SettingsError

DATABASE = os.environ.get("TEST_DATABASE_URL")
needs_database = pytest.mark.skipif(not DATABASE, reason="TEST_DATABASE_URL is not set")
NOBODY = "postgresql://nobody@127.0.0.1:1/none"


def test_the_database_must_be_configured():
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        Settings.from_environment({})


def test_a_bad_signal_never_reaches_the_database():
    with TestClient(create(Settings(database_url=NOBODY))) as client:
        answer = client.post("/signals", json={**BUY, "stop": "40.00"})
    assert answer.status_code == 422
    assert "below the entry" in answer.text


def test_a_database_that_is_away_gives_503_and_failing_health():
    with TestClient(create(Settings(database_url=NOBODY))) as client:
        assert client.post("/signals", json=BUY).status_code == 503
        assert client.get("/signals").status_code == 503
        assert client.get("/health").status_code == 503


@needs_database
def test_signals_come_back_newest_first_and_a_repeated_one_is_stored_once():
    source = f"test {uuid.uuid4()}"
    older = {**BUY, "source": source, "issued_at": "2026-11-19T10:00:00Z"}
    newer = {**SELL, "source": source, "ticker": "VALE3"}
    with TestClient(create(Settings(database_url=DATABASE))) as client:
        assert client.post("/signals", json=older).status_code == 201
        assert client.post("/signals", json=newer).status_code == 201
        assert client.post("/signals", json=newer).status_code == 200
        listed = [s for s in client.get("/signals?limit=1000").json()["signals"] if s["source"] == source]
        assert [s["ticker"] for s in listed] == ["VALE3", "PETR4"]
        assert listed[0]["targets"] == ["36.00", "35.00"]
        only = client.get("/signals?ticker=vale3&since=2026-11-20T00:00:00Z").json()["signals"]
        assert {s["ticker"] for s in only} == {"VALE3"}
        assert client.get("/health").json()["status"] == "ok"
