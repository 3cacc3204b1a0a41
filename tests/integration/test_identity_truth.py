"""A sample of the truth of identity: 50 random edits of the example against a warm BuildKit (the thousand: bench)."""

import pytest
from bench import identity_truth

pytestmark = pytest.mark.engine

MOST_FALSE = 0.06  # of some 65 verdicts: three in a hundred are within chance where two are the goal


@pytest.mark.timeout(1500)
def test_fifty_random_edits_make_no_wrong_reuse():
    counts = identity_truth.run(50, seed=20, progress=False)
    assert counts.edits == 50
    assert counts.checks > 50
    assert counts.answers["executes"] > 5, "edits that BuildKit notices must be among them"
    assert counts.answers["nothing"] > 20
    assert counts.wrong == []
    assert counts.false_share <= MOST_FALSE, counts.false
