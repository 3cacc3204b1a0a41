"""The history in SQLite: what is saved comes back, and damage is survived."""

from __future__ import annotations

import os
import socket
import sqlite3
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
from tests.streams import STREAMS, header, replay

from bakehouse.errors import HistoryError
from bakehouse.history.migrations import VERSION
from bakehouse.history.store import Store
from bakehouse.model.identity import Identity, Ingredient, IngredientKind
from bakehouse.model.progress import TargetState
from bakehouse.model.record import RunStatus


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "history.db") as opened:
        yield opened


@pytest.mark.parametrize("name", STREAMS)
def test_a_record_comes_back_as_it_was_saved(store: Store, name: str) -> None:
    record = replay(name, lines_of=lambda target, stage, index: (index, index + 2))
    record = replace(record, git_dirty=False, git_revision="abc", notices=("a", "b"))
    store.begin(header(tuple(t.id for t in record.targets), record.started))
    store.save(record)
    assert store.load() == record
    assert store.load("run-1") == record
    assert [r.run_id for r in store.runs()] == ["run-1"]


def test_asking_for_what_is_not_there(store: Store) -> None:
    with pytest.raises(HistoryError, match="nothing has been built"):
        store.load()
    for run_id in ("20261123-a", "20261123-b"):
        store.save(header(("a",), 1.0, run_id))
    with pytest.raises(HistoryError, match="several runs"):
        store.load("2026")
    with pytest.raises(HistoryError, match="no run 2027"):
        store.load("2027")
    with pytest.raises(HistoryError, match="no run %"):
        store.load("%")
    assert store.load("20261123-b").run_id == "20261123-b"


def test_the_last_full_build_is_of_the_same_targets_and_executed_its_steps(store: Store) -> None:
    cold = replace(replay("single-cold", "cold"), started=10.0)
    cached = replace(replay("single-cached", "warm"), started=20.0)
    other = replace(replay("bake-shared-stage", "other"), started=30.0)
    for record in (cold, cached, other):
        store.save(record)
    found = store.last_full_build(("app",))
    assert found is not None
    assert found.run_id == "cold"
    assert store.last_full_build(("app",), before=10.0) is None
    assert store.last_full_build(("s0", "s1")) is None
    assert store.last_full_build(()) is None


def test_usual_durations_are_medians_of_executions(store: Store) -> None:
    store.save(replay("single-cold", "a"))
    store.save(replay("single-partial", "b"))
    store.save(replay("single-cached", "c"))
    times = store.durations("app")
    assert sum(k[5].startswith(("RUN", "COPY")) for k in times) == 7
    key = next(k for k in times if "sleep 2" in k[5])
    assert times[key] == pytest.approx((2.0503 + 2.0541) / 2, abs=0.002)
    assert store.target_seconds("app") == pytest.approx((3.2022 + 2.0833) / 2, abs=0.01)
    assert store.target_seconds("nobody") is None


def test_a_killed_run_is_marked_interrupted(store: Store, tmp_path: Path) -> None:
    record = replace(header(("a",), 1.0), host=socket.gethostname())
    store.begin(record)
    assert store.mark_stale_running() == []  # this process is alive
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    with sqlite3.connect(tmp_path / "history.db") as other:
        other.execute("UPDATE run SET pid = ?", (pid,))
    other.close()
    assert store.mark_stale_running() == ["run-1"]
    found = store.load()
    assert found.status is RunStatus.INTERRUPTED
    assert found.targets[0].state is TargetState.CANCELED


@pytest.mark.parametrize("damage", [b"this is no database " * 300, None])
def test_a_damaged_history_is_moved_aside(tmp_path: Path, damage: bytes | None) -> None:
    path = tmp_path / "history.db"
    with Store.open(path) as store:
        store.save(replay("bake-15-targets-2cores"))
    data = bytearray(path.read_bytes())
    data[4096:12288] = b"\xff" * 8192
    path.write_bytes(damage or bytes(data))
    with Store.open(path) as store:
        assert "moved to history.db.damaged-" in store.notices[0]
        assert store.runs() == []
    assert len(list(tmp_path.glob("history.db.damaged-*"))) == 1


def test_a_newer_history_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    with pytest.raises(HistoryError, match="newer bakehouse"):
        Store.open(path)


def test_a_place_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="cannot open"):
        Store.open(tmp_path / "nowhere" / "history.db")


def test_what_identities_are_made_of_is_kept_once_and_comes_back(store: Store) -> None:
    odd = Ingredient(IngredientKind.FILE, "caf\udce9 \n", "0644 sha256:00", "Dockerfile:3")
    identity = Identity(target="app", digest="sha256:aa", ingredients=(odd,))
    store.keep_identities([identity])
    store.keep_identities([replace(identity, ingredients=())])
    assert store.ingredients("sha256:aa") == (odd,)
    assert store.ingredients("sha256:bb") is None


def test_the_last_run_of_a_target_is_one_that_made_it_and_knows_its_identity(store: Store) -> None:
    def run(number: int, state: TargetState, identity: str | None) -> None:
        record = header(("app",), float(number), f"run-{number}")
        target = replace(record.targets[0], state=state, identity=identity)
        store.save(replace(record, targets=(target,)))

    run(1, TargetState.DONE, "sha256:aa")
    run(2, TargetState.REUSED, "sha256:bb")
    run(3, TargetState.FAILED, "sha256:cc")
    run(4, TargetState.DONE, None)
    found = store.last_run_of("app")
    assert found is not None
    assert (found.run_id, found.targets[0].identity) == ("run-2", "sha256:bb")
    earlier = store.last_run_of("app", before=2.0)
    assert earlier is not None
    assert earlier.run_id == "run-1"
    assert store.last_run_of("other") is None


def test_a_history_of_version_1_is_brought_up(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with sqlite3.connect(path) as old:
        old.executescript(resources.files("bakehouse.history").joinpath("schema.sql").read_text("utf-8"))
        old.execute(
            "INSERT INTO run VALUES ('r', 'w', '[]', 1, 2, 'ok', 'prod', 'b', 'e', 'h', 2, NULL, NULL, '', '[]', 1)"
        )
        old.execute("INSERT INTO target VALUES ('r', 0, 'app', 'app', 'prod', '', 'done', 1, 2, 0, 0, 0, 0, 0, "
                    "NULL, NULL, 0, 'Dockerfile', '')")  # fmt: skip
        old.execute("PRAGMA user_version = 1")
    old.close()
    with Store.open(path) as opened:
        assert opened.load("r").targets[0].identity is None
        assert opened.ingredients("sha256:aa") is None


def test_the_most_memory_of_the_last_good_builds(store: Store) -> None:
    assert store.peak_memory("app") is None
    for run_id, peak in (("a", 300), ("b", 900), ("c", None)):
        record = replay("single-cold", run_id)
        store.save(replace(record, targets=tuple(replace(t, peak_memory=peak) for t in record.targets)))
    assert store.peak_memory("app") == 900
    assert [t.peak_memory for t in store.load("b").targets] == [900]
