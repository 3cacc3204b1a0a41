"""Tries after the first: who gets another one, when, and what is said of it.

In: a target and what its failed step said. Out: a pause and a message, or None where another try would not help.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bakehouse.build import transient

PAUSES = (5.0, 20.0, 60.0)
"""Seconds before another try; BuildKit itself has tried transfers again after 1, 2 and 4 seconds by then."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Another try after `pause` seconds."""

    pause: float
    message: str


@dataclass(slots=True)
class Retries:
    """The tries of one run; `limit` for each target."""

    limit: int
    _causes: dict[str, list[str]] = field(default_factory=dict)

    def next(self, name: str, said: str) -> Retry | None:
        """Another try for a target whose failed step said something; None: it has failed for good."""
        found = transient.recognise(said)
        causes = self._causes.setdefault(name, [])
        if found is None or len(causes) >= min(self.limit, found.tries):
            return None
        pause = max(found.wait, PAUSES[min(len(causes), len(PAUSES) - 1)])
        causes.append(found.what)
        limit = min(self.limit, found.tries)
        return Retry(pause, f"{found.what}: retry {len(causes)} of {limit} in {pause:.0f} s")

    def note(self, name: str) -> str:
        """How often a target was tried again, and why; "" where it was not."""
        causes = self._causes.get(name)
        if not causes:
            return ""
        word = "retry" if len(causes) == 1 else "retries"
        return f"after {len(causes)} {word} ({', '.join(dict.fromkeys(causes))})"
