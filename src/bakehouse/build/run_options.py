"""How a user wants a plan to be run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bakehouse.build.nodes import NodePool
from bakehouse.model.plan import Target

AfterBuild = Callable[[Target, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to run a plan.

    `concurrency` counts bake calls (0: from the cores); `retries` are tries after the first of a target that failed
    for a reason that may pass; `expected_seconds` and `peak_memory` (bytes) are what targets usually take, `memory`
    the bytes there are (0: not known). `keep_open` are descriptors that engine calls inherit. `after_build(target,
    digest)` is called for each good image, in the thread of its call ("" where buildx named no digest); what it gives
    back is shown as a remark, and a BakehouseError it raises is the target's failure. Calls
    are spread over the builders of `pool`, where there is one.
    """

    concurrency: int = 0
    fail_fast: bool = False
    no_cache: bool = False
    push: bool = False
    load: bool = False
    retries: int = 2
    expected_seconds: Mapping[str, float] = field(default_factory=dict)
    peak_memory: Mapping[str, int] = field(default_factory=dict)
    memory: int = 0
    keep_open: tuple[int, ...] = ()
    after_build: AfterBuild | None = None
    pool: NodePool | None = None
