"""The history of a workspace in SQLite: runs saved whole, and asked for.

In: BuildRecords. Out: BuildRecords and figures over them. The file is made when it is first opened, brought to
this version, and moved aside (and said so in `notices`) where it is damaged.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bakehouse.errors import HistoryError
from bakehouse.history import rows
from bakehouse.history.migrations import migrate
from bakehouse.history.sightings import StepKey
from bakehouse.model.identity import Identity, Ingredient
from bakehouse.model.record import BuildRecord, RunStatus

BUSY_SECONDS = 20.0
LATEST = "latest"
_TIMED_RUNS = 10
CHECKED_BYTES = 8_000_000


class Store:
    """An open history. `notices` are lines the user should see (a damaged file was moved aside)."""

    def __init__(self, connection: sqlite3.Connection, path: Path, notices: tuple[str, ...] = ()) -> None:
        self.notices = notices
        self._connection = connection
        self._path = path

    @classmethod
    def open(cls, path: Path) -> Store:
        """Open or make the history at `path`.

        Raises HistoryError where it cannot be read or written, or a newer bakehouse wrote it.
        """
        try:
            return cls(_connect(path), path)
        except sqlite3.OperationalError as error:
            raise HistoryError(
                f"cannot open the history: {error}", path=str(path), hint="check the file's permissions and the disk"
            ) from None
        except sqlite3.DatabaseError as error:
            aside = _move_aside(path)
            notice = f"the history was damaged ({error}) and was moved to {aside.name}; a new one is begun"
            return cls(_connect(path), path, (notice,))

    def close(self) -> None:
        """Close the file. Nothing else may be called afterwards."""
        self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def begin(self, record: BuildRecord) -> None:
        """Save a run that begins now: if this process dies, the history shows that it ran."""
        self.save(record)

    def save(self, record: BuildRecord) -> None:
        """Save the whole record, in place of what was saved of this run before."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM run WHERE run_id = ?", (record.run_id,))
            _insert(connection, "run", rows.RUN_COLUMNS, [rows.run_row(record, os.getpid())])
            targets = [rows.target_row(record.run_id, i, t) for i, t in enumerate(record.targets)]
            _insert(connection, "target", rows.TARGET_COLUMNS, targets)
            steps = [rows.step_row(record.run_id, i, s) for i, s in enumerate(record.steps)]
            _insert(connection, "step", rows.STEP_COLUMNS, steps)

    def keep_identities(self, identities: Iterable[Identity]) -> None:
        """Keep what identities are made of, each digest once, so that later runs can be compared with it."""
        found = [(i.digest, rows.packed(i.ingredients)) for i in identities]
        with self._transaction() as connection:
            connection.executemany("INSERT OR IGNORE INTO identity (digest, ingredients) VALUES (?, ?)", found)

    def ingredients(self, digest: str) -> tuple[Ingredient, ...] | None:
        """What an identity was made of; None where this history does not know it."""
        with self._reading() as connection:
            found = connection.execute("SELECT ingredients FROM identity WHERE digest = ?", (digest,)).fetchone()
        return None if found is None else rows.unpacked(found["ingredients"])

    def last_run_of(self, target: str, *, before: float | None = None) -> BuildRecord | None:
        """The last run that made (or reused) the image of a target and knows its identity; None where none did."""
        query = """
            SELECT run.* FROM run JOIN target USING (run_id)
            WHERE target.id = ? AND target.identity IS NOT NULL AND target.state IN ('done', 'reused')
              AND run.started < ?
            ORDER BY run.started DESC, run_id DESC LIMIT 1"""
        with self._reading() as connection:
            found = connection.execute(query, (target, float("inf") if before is None else before)).fetchone()
            return None if found is None else self._record(found, with_steps=True)

    def runs(self, limit: int = 20) -> list[BuildRecord]:
        """The last runs, newest first, with their targets and without their steps."""
        with self._reading() as connection:
            found = connection.execute("SELECT * FROM run ORDER BY started DESC, run_id DESC LIMIT ?", (limit,))
            return [self._record(row, with_steps=False) for row in found.fetchall()]

    def load(self, run_id: str = LATEST) -> BuildRecord:
        """The run with that id or unique beginning of an id, or the latest one. Raises HistoryError if none is."""
        with self._reading() as connection:
            if run_id == LATEST:
                found = connection.execute("SELECT * FROM run ORDER BY started DESC, run_id DESC LIMIT 1").fetchall()
            else:
                found = connection.execute(
                    "SELECT * FROM run WHERE substr(run_id, 1, ?) = ? ORDER BY started DESC", (len(run_id), run_id)
                ).fetchall()
            exact = [row for row in found if row["run_id"] == run_id]
            if len(exact or found) != 1:
                raise self._not_found(run_id, [row["run_id"] for row in found])
            return self._record((exact or found)[0], with_steps=True)

    def last_full_build(self, targets: Sequence[str], *, before: float | None = None) -> BuildRecord | None:
        """The last good run of these targets in which most steps were executed; None where there is none.

        Reused or skipped targets count as part of the run; only runs that started before `before` (Unix
        seconds) are looked at.
        """
        if not targets:
            return None
        marks = ",".join("?" * len(targets))
        query = f"""
            SELECT run.* FROM run JOIN target USING (run_id)
            WHERE status = 'ok' AND run.started < ?
            GROUP BY run_id
            HAVING sum(target.id IN ({marks})) = ? AND count(*) = ?
               AND sum(executed) > sum(target.cached)
            ORDER BY run.started DESC LIMIT 1"""  # noqa: S608 - only question marks are put in
        limit = before if before is not None else float("inf")
        with self._reading() as connection:
            found = connection.execute(query, (limit, *targets, len(targets), len(targets))).fetchone()
            return None if found is None else self._record(found, with_steps=True)

    def durations(self, target: str) -> dict[StepKey, float]:
        """Median seconds of each step of a target over its last ten executions."""
        query = """
            SELECT platform, stage, number, total, instruction, seconds FROM step JOIN run USING (run_id)
            WHERE target = ? AND outcome = 'executed' ORDER BY run.started DESC LIMIT 5000"""
        found: dict[StepKey, list[float]] = {}
        with self._reading() as connection:
            for row in connection.execute(query, (target,)):
                key = (target, row["platform"], row["stage"], row["number"], row["total"], row["instruction"])
                times = found.setdefault(key, [])
                if len(times) < _TIMED_RUNS:
                    times.append(row["seconds"])
        return {key: median(times) for key, times in found.items()}

    def step_times(self, target: str, runs: int = 20) -> list[tuple[float, str, str, str, float]]:
        """Steps of a target's last runs, newest first: start of the run, stage, kind, outcome, seconds."""
        query = """
            SELECT run.started AS begun, stage, kind, outcome, seconds FROM step JOIN run USING (run_id)
            WHERE target = ? AND run_id IN (
                SELECT run_id FROM target JOIN run USING (run_id)
                WHERE id = ? AND state = 'done' ORDER BY run.started DESC LIMIT ?)
            ORDER BY run.started DESC, position"""
        with self._reading() as connection:
            found = connection.execute(query, (target, target, runs))
            return [(r["begun"], r["stage"], r["kind"], r["outcome"], r["seconds"]) for r in found]

    def target_seconds(self, target: str) -> float | None:
        """Median wall seconds of a target's last ten good builds that executed steps; None if there were none."""
        query = """
            SELECT target.completed - target.started AS seconds FROM target JOIN run USING (run_id)
            WHERE id = ? AND state = 'done' AND executed > 0 AND target.completed IS NOT NULL
            ORDER BY run.started DESC LIMIT ?"""
        with self._reading() as connection:
            times = [row["seconds"] for row in connection.execute(query, (target, _TIMED_RUNS))]
        return median(times) if times else None

    def peak_memory(self, target: str) -> int | None:
        """The most bytes that a step of a target was seen to use in its last ten good builds; None if never seen."""
        query = """
            SELECT peak_memory FROM target JOIN run USING (run_id)
            WHERE id = ? AND state = 'done' AND peak_memory IS NOT NULL ORDER BY run.started DESC LIMIT ?"""
        with self._reading() as connection:
            return max((row["peak_memory"] for row in connection.execute(query, (target, _TIMED_RUNS))), default=None)

    def mark_stale_running(self) -> list[str]:
        """Runs that still read as running though their process (on this host) is gone become interrupted."""
        host = socket.gethostname()
        with self._transaction() as connection:
            found = connection.execute(
                "SELECT run_id, pid FROM run WHERE status = ? AND host = ?", (RunStatus.RUNNING.value, host)
            ).fetchall()
            stale = [row["run_id"] for row in found if not _alive(row["pid"])]
            for run_id in stale:
                connection.execute(
                    "UPDATE run SET status = ?, message = ? WHERE run_id = ?",
                    (RunStatus.INTERRUPTED.value, "its process ended without saying so", run_id),
                )
                connection.execute(
                    "UPDATE target SET state = 'canceled' WHERE run_id = ? AND state IN ('queued', 'running')",
                    (run_id,),
                )
        return stale

    def _record(self, row: sqlite3.Row, *, with_steps: bool) -> BuildRecord:
        place = (row["run_id"],)
        targets = self._connection.execute("SELECT * FROM target WHERE run_id = ? ORDER BY position", place)
        found = tuple(rows.target_of(t) for t in targets)
        steps = self._connection.execute("SELECT * FROM step WHERE run_id = ? ORDER BY position", place)
        return rows.run_of(row, found, tuple(rows.step_of(s) for s in steps) if with_steps else ())

    def _not_found(self, run_id: str, candidates: Sequence[str]) -> HistoryError:
        if candidates:
            listed = ", ".join(candidates[:5])
            return HistoryError(f"several runs begin with {run_id}: {listed}", hint="give more of the id")
        if run_id == LATEST:
            return HistoryError("nothing has been built here yet", hint="`bakehouse build` records every run")
        return HistoryError(f"there is no run {run_id}", hint="`bakehouse history` lists the runs")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._connection
        except sqlite3.Error as error:
            raise HistoryError(
                f"the history cannot be used: {error}",
                path=str(self._path),
                hint="if the disk is full make room; if another bakehouse holds the file, wait for it",
            ) from error


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        # reading it all costs 0.1 s at 8 MB (measured on 2 cores); damage in a larger file shows when it is used
        if path.stat().st_size < CHECKED_BYTES:
            answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if answer != "ok":
                raise sqlite3.DatabaseError(answer.splitlines()[0])
        migrate(connection, str(path))
    except BaseException:
        connection.close()
        raise
    return connection


def _move_aside(path: Path) -> Path:
    """Rename a damaged file and what belongs to it, so that nothing of it is lost."""
    aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
    path.rename(aside)
    for ending in ("-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + ending).rename(aside.with_name(aside.name + ending))
    return aside


def _insert(connection: sqlite3.Connection, table: str, columns: Sequence[str], values: Sequence[rows.Row]) -> None:
    names, marks = ", ".join(columns), ", ".join(f":{c}" for c in columns)
    connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)  # noqa: S608 - names are ours


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
