"""Digests kept between runs: fast for what did not change, and never wrong for what did."""

import hashlib
import os
import time
from pathlib import Path

import pytest

from bakehouse.build.identity import content_digests
from bakehouse.build.identity.content_digests import ContentDigests
from bakehouse.workspace.work_tree import WorkTree

OLD = time.time_ns() - 3600 * 10**9


class Digests:
    """A tree whose files are read through a store; `reads` counts how often contents were really read."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root / "tree"
        self.root.mkdir()
        self.store = root / "digests"
        self.reads = 0
        original = content_digests._read

        def counted(path):
            self.reads += 1
            return original(path)

        monkeypatch.setattr(content_digests, "_read", counted)

    def __call__(self, name: str = "a") -> str:
        """The digest as a new run finds it."""
        digests = ContentDigests(self.root, self.store)
        found = WorkTree(self.root, digests).digest(name)
        digests.save()
        return found


@pytest.fixture
def digests(tmp_path, monkeypatch):
    return Digests(tmp_path, monkeypatch)


@pytest.fixture
def settled(monkeypatch):
    """The rules as they are, for files that cannot be made old (ctime is the kernel's): nothing has to settle."""
    monkeypatch.setattr(content_digests, "SETTLED_NANOSECONDS", -1)


def sha(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def test_a_settled_file_is_read_once(digests, settled):
    (digests.root / "a").write_bytes(b"one")
    assert [digests() for _ in range(3)] == [sha(b"one")] * 3
    assert digests.reads == 1


def test_a_young_file_is_read_again_each_time(digests):
    (digests.root / "a").write_bytes(b"one")
    os.utime(digests.root / "a", ns=(OLD, OLD))  # its ctime is still young
    digests()
    digests()
    assert digests.reads == 2


def test_a_change_of_the_same_size_with_its_time_put_back_is_seen(digests, settled):
    path = digests.root / "a"
    path.write_bytes(b"one")
    os.utime(path, ns=(OLD, OLD))
    assert digests() == sha(b"one")
    path.write_bytes(b"two")
    os.utime(path, ns=(OLD, OLD))
    assert path.stat().st_mtime_ns == OLD
    assert digests() == sha(b"two")


def test_a_file_put_in_place_of_another_is_seen(digests, settled):
    path, other = digests.root / "a", digests.root / "b"
    path.write_bytes(b"one")
    digests()
    other.write_bytes(b"two")
    os.utime(other, ns=(path.stat().st_mtime_ns,) * 2)
    other.replace(path)
    assert digests() == sha(b"two")


def test_a_clock_that_is_behind_keeps_nothing(digests, monkeypatch):
    """The file was written at noon; the clock jumps back to the morning: nothing can be told from times now."""
    (digests.root / "a").write_bytes(b"one")
    monkeypatch.setattr(time, "time_ns", lambda: OLD)
    digests()
    digests()
    assert digests.reads == 2


def test_a_clock_that_is_ahead_keeps_nothing_either(digests, monkeypatch):
    """The system's clock says tomorrow, the file system's does not: the earlier one counts."""
    (digests.root / "a").write_bytes(b"one")
    ahead = time.time_ns() + 86400 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: ahead)
    digests()
    digests()
    assert digests.reads == 2


def test_a_file_from_the_future_is_read_each_time(digests):
    (digests.root / "a").write_bytes(b"one")
    future = time.time_ns() + 86400 * 10**9
    os.utime(digests.root / "a", ns=(future, future))
    digests()
    digests()
    assert digests.reads == 2


def test_a_file_that_changes_while_it_is_read_is_not_kept(digests, settled, monkeypatch):
    path = digests.root / "a"
    path.write_bytes(b"one")
    original = hashlib.file_digest

    def slow(file, name):
        found = original(file, name)
        path.write_bytes(b"longer")
        return found

    monkeypatch.setattr(hashlib, "file_digest", slow)
    digests()
    monkeypatch.setattr(hashlib, "file_digest", original)
    assert digests() == sha(b"longer")


@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_a_damaged_store_is_no_store(digests, settled, damage):
    (digests.root / "a").write_bytes(b"one")
    digests()
    whole = digests.store.read_bytes()
    digests.store.write_bytes(whole[:-1] + b"\0" if damage is None else damage)
    assert digests() == sha(b"one")
    assert digests.reads == 2


def test_a_large_file_is_hashed_in_pieces(digests, settled):
    path = digests.root / "a"
    with path.open("wb") as file:
        file.truncate(200 << 20)
    whole = hashlib.sha256()
    for _ in range(200):
        whole.update(bytes(1 << 20))
    before = peak_kilobytes()
    assert digests() == "sha256:" + whole.hexdigest()
    assert peak_kilobytes() - before < 50_000


def peak_kilobytes() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_a_store_that_cannot_be_written_is_no_error(tmp_path):
    (tmp_path / "a").write_bytes(b"one")
    digests = ContentDigests(tmp_path, tmp_path / "no" / "such" / "place")
    assert WorkTree(tmp_path, digests).digest("a") == sha(b"one")
    (tmp_path / "file").write_text("")
    digests = ContentDigests(tmp_path, tmp_path / "file" / "store")
    WorkTree(tmp_path, digests).digest("a")
    digests.save()
