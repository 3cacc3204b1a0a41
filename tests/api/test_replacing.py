"""Files replaced together, and what is left when that cannot be."""

import errno
import os
import stat
from pathlib import Path

import pytest

from bakehouse.api import replacing
from bakehouse.api.linting import write_fixes
from bakehouse.api.replacing import replace_files
from bakehouse.errors import UsageError
from bakehouse.model.finding import FixedFile, LintReport


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "a").write_bytes(b"old a")
    (tmp_path / "b").write_bytes(b"old b")
    return tmp_path / "a", tmp_path / "b"


def test_all_are_written_with_their_modes_and_links(tmp_path: Path, files: tuple[Path, Path]) -> None:
    a, b = files
    a.chmod(0o750)
    (tmp_path / "link").symlink_to("b")
    replace_files({a: b"new a", tmp_path / "link": b"new b", tmp_path / "c": b"new c"})
    assert (a.read_bytes(), b.read_bytes(), (tmp_path / "c").read_bytes()) == (b"new a", b"new b", b"new c")
    assert stat.S_IMODE(a.stat().st_mode) == 0o750
    assert (tmp_path / "link").is_symlink()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b", "c", "link"]


def test_none_is_written_where_one_cannot_be(tmp_path: Path, files: tuple[Path, Path]) -> None:
    a, b = files
    with pytest.raises(UsageError, match="cannot be written: No such file"):
        replace_files({a: b"new a", tmp_path / "missing/c": b"c", b: b"new b"})
    assert (a.read_bytes(), b.read_bytes()) == (b"old a", b"old b")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_nothing_is_left_of_an_attempt(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, files: tuple[Path, Path], failure: BaseException
) -> None:
    """The second file fills the disk, or a user interrupts while it is written."""
    opened = os.fdopen
    calls: list[int] = []

    def second_fails(handle: int, mode: str) -> object:
        calls.append(handle)
        if len(calls) == 2:
            os.close(handle)
            raise failure
        return opened(handle, mode)

    monkeypatch.setattr(replacing.os, "fdopen", second_fails)
    with pytest.raises(type(failure)):
        replace_files({files[0]: b"new a", files[1]: b"new b"})
    assert [f.read_bytes() for f in files] == [b"old a", b"old b"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_read_only_file_stays(files: tuple[Path, Path]) -> None:
    files[0].chmod(0o444)
    with pytest.raises(PermissionError):
        replace_files({files[0]: b"new"})


def test_a_file_that_changed_meanwhile_stays(tmp_path: Path, files: tuple[Path, Path]) -> None:
    fixed = tuple(FixedFile(path=name, before=before, after=b"new") for name, before in
                  (("a", b"old a"), ("b", b"read before an editor saved it")))  # fmt: skip
    with pytest.raises(UsageError, match="changed while it was looked at"):
        write_fixes(tmp_path, LintReport(findings=(), checked=("a", "b"), fixed=fixed))
    assert [f.read_bytes() for f in files] == [b"old a", b"old b"]
