"""The container's own health probe: `python -m tradingsystem_common.probe PORT`.

Enters: the port. Leaves: exit code 0 when `/health` answers 200, else 1. Only the standard library, so that a probe
every few seconds costs one small interpreter start and images need no curl.
"""

from __future__ import annotations

import sys
import urllib.error
import urllib.request


def probe(port: int, limit: float = 3.0) -> int:
    """Ask `/health` on the loopback address; return the exit code for Docker. `limit` is in seconds."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}/health", timeout=limit) as answer:
            return 0 if answer.status == 200 else 1
    except (urllib.error.URLError, OSError) as failure:
        sys.stderr.write(f"unhealthy: {failure}\n")
        return 1


if __name__ == "__main__":
    sys.exit(probe(int(sys.argv[1])))
