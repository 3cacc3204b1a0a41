"""Ten thousand inputs in a minute: byte soup, pieces of Dockerfiles, and recorded cases that were damaged.

The long run, with coverage as its guide, is `make fuzz`.
"""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.dockerfile.properties import check

CASES = [
    text.encode("latin-1")
    for text, _ in json.loads((Path(__file__).parent / "golden" / "verdicts.json").read_text())["cases"]
]
PIECES = [
    b"FROM a\n", b"FROM a AS b\n", b"RUN ", b"COPY ", b"ENV ", b"ARG ", b"LABEL ", b"CMD ", b"ONBUILD ", b"HEALTHCHECK ",
    b"\\\n", b"`\n", b"\r\n", b"\n", b"# escape=`\n", b"# syntax=x\n", b"\xef\xbb\xbf", b"<<E ", b"<<-'E' ", b"E\n",
    b"\tE\n", b"[\"a\",", b"]", b'"', b"'", b"\\", b"$", b"${", b"}", b"${x:-", b"${x//", b"/", b"--mount=", b"--from=",
    b"type=cache,target=$x ", b"a=b ", b"\xff", b"\xc2\xa0", b"\0", b"x ", b"# c\n", b" ", b"0 ", b"b ", b"$PATH ",
    b"&& ", b"; ", b"| ", b"$(", b")", b"if x; then ", b"fi ", b"apt-get install -y ",
]  # fmt: skip
QUICK = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def damaged(case: bytes, at: int, gone: int, piece: bytes) -> bytes:
    """A case with a piece put in and some bytes taken out, anywhere."""
    at %= len(case) + 1
    return case[:at] + piece + case[at + gone :]


@pytest.mark.timeout(180)
@settings(max_examples=2_000, **QUICK)
@given(st.binary(max_size=80))
def test_byte_soup(data):
    check(data)


@pytest.mark.timeout(180)
@settings(max_examples=4_000, **QUICK)
@given(st.lists(st.sampled_from(PIECES), max_size=20))
def test_pieces(pieces):
    check(b"".join(pieces))


@pytest.mark.timeout(180)
@settings(max_examples=4_000, **QUICK)
@given(st.sampled_from(CASES), st.integers(0, 300), st.integers(0, 6), st.sampled_from(PIECES))
def test_damaged_cases(case, at, gone, piece):
    check(damaged(case, at, gone, piece))
