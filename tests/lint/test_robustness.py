"""All rules on files of any size: time grows with the lines, and no rule breaks."""

import time

import pytest

from bakehouse.config import LintSection
from bakehouse.lint.linter import Linter
from bakehouse.lint.rules import rule_infos
from bakehouse.lint.selection import RuleNames, select
from bakehouse.lint.subject import Subject

BLOCKS = {
    "installs": b"RUN apt-get update && apt-get install curl; pip install x | tee y\n",
    "variables": b"ENV A=b C=$A D=${E:-x}\nARG F\nARG G=1\nLABEL h=$G\n",
    "copies": b"COPY a b /c/\nRUN chmod +x /c/a && rm -rf /c/b\nADD https://example.org/x.tar.gz /d\n",
    "stages": b"FROM debian:13\nCOPY --from=0 /a /b\nWORKDIR a\nUSER root\nCMD a\n",
    "comments": b"# a  \n\n# hadolint ignore=DL3008\nRUN make \\\n  # inside\n\n  && make install\n",
    "scripts": b"RUN <<EOF\nset -e\ncurl -k http://x.org/a | sh\nif [ -f /a ]; then cd /a; fi\nEOF\n",
    "words": b"RUN cd /a && git clone https://example.org/x && (cd x && sudo make) > /dev/null & sleep 1\n",
}


def lint(data: bytes) -> tuple[float, Linter]:
    """CPU seconds for all rules, and the linter after it."""
    linter = Linter(select(LintSection(), RuleNames(rule_infos()), chosen=("all",)))
    start = time.process_time()
    linter.check_file(Subject("Dockerfile", data))
    return time.process_time() - start, linter


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", BLOCKS)
def test_time_grows_with_the_lines(name):
    """Six times the file may take 24 times as long on a busy machine, not 36 as what is quadratic does."""
    lint(b"FROM debian:13\n" + BLOCKS[name])  # patterns are compiled, the grammar is loaded
    small = min(lint(b"FROM debian:13 AS first\n" + BLOCKS[name] * 400)[0] for _ in range(2))
    big, linter = lint(b"FROM debian:13 AS first\n" + BLOCKS[name] * 2400)
    assert not linter.broken
    assert big < 24 * small, (big, small)


def test_a_chain_of_a_thousand_stages():
    stages = b"".join(b"FROM s%d AS s%d\nRUN apt-get install x\nUSER u\n" % (i, i + 1) for i in range(1000))
    seconds, linter = lint(b"FROM debian:13 AS s0\n" + stages)
    assert not linter.broken
    assert seconds < 30
