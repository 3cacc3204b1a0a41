"""An old repository starts at zero, and what is new shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from bakehouse.api import linting
from bakehouse.api.linting import LintRequest
from bakehouse.errors import ConfigError
from bakehouse.model.finding import LintReport

OLD = "FROM debian:12 AS Old\nRUN a | b\nRUN a | b\n"


def _lint(root: Path, baseline: str | None = "") -> LintReport:
    return linting.lint(root, LintRequest(select=("missing-pipefail", "stage-name-casing"), baseline=baseline))


def test_held_back_until_there_is_more(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text(OLD)
    assert linting.save_baseline(tmp_path, _lint(tmp_path, baseline=None)) == ".bakehouse-baseline.json"
    report = _lint(tmp_path)
    assert not report.findings
    assert report.baselined == 3
    file.write_text("# moved down\n\n" + OLD + "RUN a | b\n")
    assert [f.place.line for f in _lint(tmp_path).findings] == [6]
    assert len(_lint(tmp_path, baseline=None).findings) == 4


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 1}', '{"version": 2, "findings": {}}', "\x00"])
def test_a_file_that_is_no_baseline(tmp_path: Path, text: str) -> None:
    (tmp_path / "Dockerfile").write_text(OLD)
    (tmp_path / ".bakehouse-baseline.json").write_text(text)
    with pytest.raises(ConfigError) as error:
        _lint(tmp_path)
    assert error.value.path == ".bakehouse-baseline.json"
    assert "--write-baseline" in str(error.value)
