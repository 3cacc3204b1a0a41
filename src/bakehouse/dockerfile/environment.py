"""Variables that change step by step, each earlier state still there: cheap snapshots of an environment.

Enter names and values; leave `Environment`s, mappings that never change. Ten thousand ENV instructions make
ten thousand snapshots that share one store.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping

_MAX_DEPTH = 16  # of stores that fork off each other, before one is copied whole


class _Store:
    """All values that each name ever had, with the version in which it got them."""

    __slots__ = ("base", "depth", "latest", "values")

    def __init__(self, base: Environment | None) -> None:
        self.base: Environment | None = base
        self.depth: int = base._store.depth + 1 if base is not None else 0
        self.latest = 0
        self.values: dict[str, tuple[list[int], list[str], list[bool]]] = {}


class Environment(Mapping[str, str]):
    """Names and values as of one point. `is_doubtful` tells values that hang on something unknown."""

    __slots__ = ("_store", "_version")

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._store = _Store(None)
        self._version = 0
        for name, value in (values or {}).items():
            self._store.values[name] = ([0], [value], [False])

    def with_values(self, changes: Iterable[tuple[str, str, bool]]) -> Environment:
        """This environment after `changes`: name, value, and whether it is doubtful; later ones win."""
        store = self._store
        if store.latest != self._version:  # something else grew out of this point already
            store = self._fork()
        after = Environment.__new__(Environment)
        version = store.latest + 1
        for name, value, doubtful in changes:
            versions, values, doubts = store.values.setdefault(name, ([], [], []))
            if versions and versions[-1] == version:
                values[-1], doubts[-1] = value, doubtful
                continue
            versions.append(version)
            values.append(value)
            doubts.append(doubtful)
        store.latest = version
        after._store, after._version = store, version
        return after

    def is_doubtful(self, name: str) -> bool:
        """Whether the value of `name` hangs on something unknown; False where it is not set."""
        found = self._find(name)
        return found is not None and found[1]

    def _fork(self) -> _Store:
        if self._store.depth < _MAX_DEPTH:
            return _Store(self)
        whole = _Store(None)
        for name in self:
            value, doubtful = self._find(name) or ("", False)
            whole.values[name] = ([0], [value], [doubtful])
        return whole

    def _find(self, name: str) -> tuple[str, bool] | None:
        store, version = self._store, self._version
        while True:
            found = store.values.get(name)
            if found is not None:
                index = bisect_right(found[0], version) - 1
                if index >= 0:
                    return found[1][index], found[2][index]
            base = store.base
            if base is None:
                return None
            store, version = base._store, base._version

    def __getitem__(self, name: str) -> str:
        found = self._find(name)
        if found is None:
            raise KeyError(name)
        return found[0]

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """The value of `name`, or `default`."""
        found = self._find(name)
        return default if found is None else found[0]

    def __iter__(self) -> Iterator[str]:
        seen: set[str] = set()
        chain: list[tuple[_Store, int]] = []
        store, version = self._store, self._version
        while True:
            chain.append((store, version))
            base = store.base
            if base is None:
                break
            store, version = base._store, base._version
        for store, version in reversed(chain):  # the oldest first, as the names came
            for name, (versions, _, _) in store.values.items():
                if name not in seen and versions[0] <= version:
                    seen.add(name)
                    yield name

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"Environment({dict(self)!r})"
