"""Numbered steps from one version of the schema to the next.

In: an open connection. Out: the database at VERSION. schema.sql makes version 1; `MIGRATIONS[n]` leads from
version n to n + 1. A released step is never edited: add the next one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from importlib import resources

from bakehouse.errors import HistoryError

_IDENTITIES = """
ALTER TABLE target ADD COLUMN identity TEXT;  -- digest of everything that could change the image
CREATE TABLE identity (
    digest      TEXT PRIMARY KEY,
    ingredients BLOB NOT NULL                 -- what the digest is over: see rows.packed
) STRICT;
"""
_MEMORY = """
ALTER TABLE target ADD COLUMN peak_memory INTEGER;  -- most bytes one of its steps was seen to use
"""
MIGRATIONS: Mapping[int, str] = {1: _IDENTITIES, 2: _MEMORY}
VERSION = 1 + len(MIGRATIONS)


def migrate(connection: sqlite3.Connection, path: str) -> None:
    """Bring the schema to VERSION in one transaction. Raises HistoryError for a database of a newer bakehouse."""
    found = _version(connection)
    if found > VERSION:
        raise HistoryError(
            f"this history was written by a newer bakehouse (its version is {found}, this one knows {VERSION})",
            path=path,
            hint="use that bakehouse, or move the file away: a new history is then begun",
        )
    if found == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        found = _version(connection)  # another process may have been faster
        if found == 0:
            _script(connection, resources.files("bakehouse.history").joinpath("schema.sql").read_text("utf-8"))
            found = 1
        for number in range(found, VERSION):
            _script(connection, MIGRATIONS[number])
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _script(connection: sqlite3.Connection, text: str) -> None:
    """Each statement by itself: executescript would commit the transaction around it."""
    pending = ""
    for line in text.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            connection.execute(pending)
            pending = ""
