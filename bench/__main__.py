"""`python -m bench [SCENARIO]`: run a scenario (all by default) and print its table."""

import argparse
import sys

from bench import cold_fleet, start_up

SCENARIOS = {"cold-fleet": cold_fleet.measure, "start-up": start_up.measure}


def main() -> int:
    """Parse the command line, run, print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("scenario", nargs="*", choices=list(SCENARIOS), default=[], help="default: all")
    parser.add_argument("--rounds", type=int, default=3, help="alternating rounds (default 3)")
    options = parser.parse_args()
    for name in options.scenario or SCENARIOS:
        print(f"## {name}\n", flush=True)
        print(SCENARIOS[name](options.rounds), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
