"""What the cache did: instruction steps counted by outcome.

In: step records of a run, or of one target of it. Out: a CacheOutcome. FROM and internal steps are left out: they
read as uncached in nearly every build, though they do no work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from bakehouse.model.analysis import CacheOutcome
from bakehouse.model.record import Outcome, StepRecord


def cache_outcome(steps: Iterable[StepRecord]) -> CacheOutcome:
    """Count RUN, COPY, ADD and WORKDIR steps; steps that were never reached are not counted."""
    counts = Counter(s.outcome for s in steps if s.kind.is_instruction)
    return CacheOutcome(
        executed=counts[Outcome.EXECUTED],
        cached=counts[Outcome.CACHED],
        deduplicated=counts[Outcome.DEDUPLICATED],
        failed=counts[Outcome.FAILED],
        canceled=counts[Outcome.CANCELED],
    )
