"""Which services a cache is warmed for, and how that is done on a schedule. Pure: nothing is built here."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MOST = 5
SCHEDULES = ("cron", "systemd", "github")


@dataclass(frozen=True, slots=True)
class Critical:
    """A service and why it is warmed."""

    service: str
    reason: str


def critical(needed_by: Mapping[str, int], seconds: Mapping[str, float], configured: Sequence[str]) -> list[Critical]:
    """The services to warm: the configured ones; else those others are built from and those that take longest.

    `needed_by` is how many services are built from each (all services are in it), `seconds` what a real build of
    each usually takes. Without any measurement it is all of them.
    """
    if configured:
        return [Critical(s, "[cache] warm") for s in configured]
    if not seconds:
        return [Critical(s, "nothing is measured yet") for s in needed_by]
    found = {s: Critical(s, f"{n} are built from it") for s, n in needed_by.items() if n}
    for service in sorted(seconds, key=lambda s: (-seconds[s], s))[:MOST]:
        found.setdefault(service, Critical(service, f"{seconds[service]:.0f} s when it is really built"))
    return list(found.values())


def schedule(kind: str, directory: str, arguments: Sequence[str]) -> str:
    """What to write where, so that `bakehouse cache warm` with these arguments runs every night.

    `kind` is one of SCHEDULES, `directory` the workspace.
    """
    command = shlex.join(("bakehouse", "cache", "warm", *arguments))
    if kind == "cron":
        return f"17 4 * * * cd {shlex.quote(directory)} && git pull --quiet --ff-only && {command} --quiet\n"
    if kind == "systemd":
        return (
            "# ~/.config/systemd/user/bakehouse-warm.service\n[Service]\nType=oneshot\n"
            f"WorkingDirectory={directory}\nExecStart=/usr/bin/env {command}\n"
            "# ~/.config/systemd/user/bakehouse-warm.timer\n[Timer]\nOnCalendar=*-*-* 04:17\nPersistent=true\n"
            "[Install]\nWantedBy=timers.target\n"
            "# then: systemctl --user enable --now bakehouse-warm.timer\n"
        )
    return (
        "# .github/workflows/warm.yml\non:\n  schedule:\n    - cron: '17 4 * * *'\njobs:\n  warm:\n"
        "    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n"
        "      - uses: docker/setup-buildx-action@v3\n      - run: pip install bakehouse\n"
        f"      - run: {command}\n"
    )
