import asyncio
from contextlib import asynccontextmanager

import pytest
from fastapi.testclient import TestClient
from tradingsystem_common.health import CheckFailed
from tradingsystem_common.service import create_service
from tradingsystem_common.settings import ServiceSettings


async def passing():
    return {"rows": 3}


async def failing():
    raise CheckFailed("no route")


async def broken():
    raise KeyError("secret-value")


async def hanging():
    await asyncio.sleep(60)


@pytest.fixture
def app():
    return create_service("example", "1.2.3", ServiceSettings())


def test_health_without_checks_is_ok(app):
    with TestClient(app) as client:
        answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "service": "example", "version": "1.2.3", "details": {}}


def test_one_failing_check_makes_the_service_fail_and_shows_both(app):
    app.state.health.add("good", passing)
    app.state.health.add("bad", failing)
    with TestClient(app) as client:
        answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["status"] == "failing"
    assert answer.json()["details"] == {"good": {"ok": True, "rows": 3}, "bad": {"ok": False, "error": "no route"}}


def test_a_broken_check_fails_without_showing_its_text(app):
    app.state.health.add("bad", broken)
    with TestClient(app) as client:
        answer = client.get("/health")
    assert answer.status_code == 503
    assert "secret-value" not in answer.text


def test_a_hanging_check_is_given_up(app):
    app.state.health.limit = 0.05
    app.state.health.add("slow", hanging)
    with TestClient(app) as client:
        answer = client.get("/health")
    assert answer.json()["details"]["slow"]["error"] == "no answer within 0.05 s"


def test_metrics_count_by_route_not_by_path(app):
    @app.get("/items/{item}")
    async def item(item: str) -> str:
        return item

    with TestClient(app) as client:
        client.get("/items/one")
        client.get("/items/two")
        client.get("/nowhere/at/all")
        text = client.get("/metrics").text
    assert 'http_requests_total{method="GET",route="/items/{item}",service="example",status="200"} 2.0' in text
    assert 'route="unmatched",service="example",status="404"' in text
    assert "/items/one" not in text


def test_background_work_ends_before_the_connections_are_closed():
    order = []

    @asynccontextmanager
    async def lifespan(app, background):
        async def work():
            while await background.pause(0.01):
                pass
            order.append("work ended")

        background.start("work", work())
        yield
        order.append("connections closed")

    with TestClient(create_service("example", "1", ServiceSettings(), lifespan)):
        pass
    assert order == ["work ended", "connections closed"]


def test_after_stop_the_health_says_stopping(app):
    with TestClient(app):
        pass
    status, body = asyncio.run(app.state.health.report())
    assert (status, body["status"]) == (503, "stopping")
