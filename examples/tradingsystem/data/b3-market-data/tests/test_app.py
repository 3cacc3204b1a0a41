import os
import time
import uuid

import pytest
from b3_market_data.app import create
from b3_market_data.settings import Settings
from fastapi.testclient import TestClient
from tradingsystem_common.settings import SettingsError

DATABASE = os.environ.get("TEST_DATABASE_URL")


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := condition():
            return result
        time.sleep(0.05)
    pytest.fail(f"not true within {seconds} s")


def test_without_sinks_the_quotes_come_from_memory():
    with TestClient(create(Settings(feed_interval=0.01))) as client:
        answer = wait_for(lambda: (a := client.get("/quotes/latest").json())["quotes"] and a)
        assert answer["source"] == "memory"
        assert len(answer["quotes"]) == 10
        series = wait_for(lambda: len(q := client.get("/quotes/petr4?limit=3").json()["quotes"]) == 3 and q)
        assert [quote["time"] for quote in series] == sorted((q["time"] for q in series), reverse=True)
        health = client.get("/health")
        assert (health.status_code, health.json()["status"], health.json()["service"]) == (200, "ok", "b3-market-data")


def test_an_unknown_share_is_404_and_a_wrong_limit_422():
    with TestClient(create(Settings())) as client:
        assert client.get("/quotes/XXXX9").status_code == 404
        assert client.get("/quotes/PETR4?limit=0").status_code == 422


def test_a_configured_sink_that_is_away_fails_the_health_but_not_the_feed():
    settings = Settings(feed_interval=0.01, questdb_ilp="127.0.0.1:1")
    with TestClient(create(settings)) as client:
        health = wait_for(lambda: (h := client.get("/health")).status_code == 503 and h)
        assert health.json()["details"]["questdb"]["ok"] is False
        wait_for(lambda: client.get("/quotes/latest").json()["quotes"])


def test_a_wrong_address_is_named():
    with pytest.raises(SettingsError, match="QUESTDB_ILP: .*HOST:PORT"):
        Settings.from_environment({"QUESTDB_ILP": "questdb"})


def test_a_database_that_is_away_gives_503():
    url = "postgresql://nobody@127.0.0.1:1/none"
    with TestClient(create(Settings(database_url=url))) as client:
        assert client.get("/quotes/latest").status_code == 503


@pytest.mark.skipif(not DATABASE, reason="TEST_DATABASE_URL is not set")
def test_quotes_make_the_way_through_the_database():
    seed = uuid.uuid4().int % 10_000
    with TestClient(create(Settings(database_url=DATABASE, feed_interval=0.05, feed_seed=seed))) as client:
        answer = wait_for(lambda: len((a := client.get("/quotes/latest").json())["quotes"]) == 10 and a)
        assert answer["source"] == "timescaledb"
        wait_for(lambda: client.get("/health").json()["details"]["timescaledb"].get("written", 0) >= 20)
