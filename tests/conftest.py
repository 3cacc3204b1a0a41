"""Guards for all tests: the user's own configuration never reaches them."""

import os

import pytest


@pytest.fixture(autouse=True)
def no_configuration_from_outside(monkeypatch):
    for name in list(os.environ):
        if name.startswith("BAKEHOUSE_"):
            monkeypatch.delenv(name)
