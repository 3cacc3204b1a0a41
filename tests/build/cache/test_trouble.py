"""Caches that could not be read or written are said once; a cache that is not there yet is no trouble."""

from bakehouse.build.cache.trouble import CacheTrouble
from bakehouse.model.progress import StepEvent, StepKind, StepName


def event(kind, error):
    return StepEvent(batch=1, vertex="v", name=StepName(raw="x", kind=kind, target="api"), error=error)


def test_lines():
    trouble = CacheTrouble()
    for _ in range(2):
        trouble.on_event(event(StepKind.CACHE_EXPORT, "connection refused"))
    trouble.on_event(event(StepKind.CACHE_IMPORT, "unauthorized"))
    trouble.on_event(event(StepKind.CACHE_IMPORT, "localhost:5000/x:buildcache-prod: not found"))
    trouble.on_event(event(StepKind.RUN, "exit code: 1"))
    trouble.on_event(event(StepKind.CACHE_EXPORT, None))
    assert trouble.lines == (
        "cache of api could not be written: connection refused",
        "cache of api could not be read: unauthorized",
    )
