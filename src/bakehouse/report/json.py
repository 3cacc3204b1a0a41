"""A run and its analysis as plain JSON values.

In: a record and an analysis. Out: dicts and lists; times are Unix seconds, lengths seconds, sizes bytes.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bakehouse.model.analysis import Analysis
from bakehouse.model.record import BuildRecord


def run_summary(record: BuildRecord) -> dict[str, Any]:
    """A run without its steps, for lists."""
    body = asdict(record)
    del body["steps"]
    return body | {"seconds": record.seconds}


def run_report(record: BuildRecord, analysis: Analysis) -> dict[str, Any]:
    """Everything that the HTML report shows."""
    targets = [asdict(t) | {"seconds": t.seconds} for t in record.targets]
    cache = asdict(analysis.cache) | {"total": analysis.cache.total, "hit_ratio": analysis.cache.hit_ratio}
    return {
        "run": asdict(record) | {"seconds": record.seconds, "targets": targets},
        "analysis": asdict(analysis) | {"cache": cache},
    }
