"""Licence expressions of SPDX."""

from __future__ import annotations

import pytest

from bakehouse.lint.licences import is_licence_expression


@pytest.mark.parametrize(
    "text",
    [
        "MIT",
        "Apache-2.0",
        "GPL-3.0-or-later",
        "LGPL-2.1-only",
        "BSD-3-Clause",
        "MIT OR Apache-2.0",
        "(MIT OR Apache-2.0) AND GPL-2.0-only WITH Classpath-exception-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "LicenseRef-Example",
        "CC-BY-SA-4.0",
    ],
)
def test_licence(text: str) -> None:
    assert is_licence_expression(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Apache",
        "Apache License 2.0",
        "MIT OR",
        "OR MIT",
        "(MIT",
        "MIT)",
        "MIT Apache-2.0",
        "MIT WITH",
        "MIT WITH x",
    ],
)
def test_no_licence(text: str) -> None:
    assert not is_licence_expression(text)
