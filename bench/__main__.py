"""`python -m bench [SCENARIO]`: run a scenario (all by default) and print its table.

The scenarios `lint` and `fixers` need real Dockerfiles: `--corpus DIR`, or BENCH_CORPUS; without them `all` leaves
these two out. `fuzz`, `sample` and `fleet-bake` (of `fleet` what is against bake) run only when named.
"""

import argparse
import os
import sys
from pathlib import Path

from bench import affected, cold_fleet, fixers, fleet, fuzz, identity_truth, kills, lint, sample, start_up

SCENARIOS = {
    "cold-fleet": cold_fleet.measure,
    "start-up": start_up.measure,
    "fleet": fleet.measure,
    "affected": affected.measure,
    "identity-truth": identity_truth.measure,
    "kills": lambda _: kills.measure(50),
}
PARTS = {"fleet-bake": lambda rounds: fleet.measure(rounds, before=False)}
ON_CORPUS = {"lint": lint.measure, "fixers": fixers.measure}


def main() -> int:
    """Parse the command line, run, print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "scenario",
        nargs="*",
        choices=[*SCENARIOS, *PARTS, *ON_CORPUS, "fuzz", "sample"],
        default=[],
        help="default: all",
    )
    parser.add_argument("--rounds", type=int, default=3, help="alternating rounds (default 3)")
    parser.add_argument(
        "--corpus", type=Path, default=os.environ.get("BENCH_CORPUS"), help="a directory of Dockerfiles"
    )
    parser.add_argument("--inputs", type=int, default=1_000_000, help="inputs of fuzz (default 1,000,000)")
    parser.add_argument("--seed", type=int, default=1, help="of sample (default 1)")
    parser.add_argument("--count", type=int, default=100, help="findings of sample (default 100)")
    options = parser.parse_args()
    corpus = Path(options.corpus) if options.corpus else None
    for name in options.scenario or [*SCENARIOS, *(ON_CORPUS if corpus else ())]:
        print(f"## {name}\n", flush=True)
        if name == "fuzz":
            print(fuzz.measure(options.inputs), flush=True)
        elif name in SCENARIOS or name in PARTS:
            print((SCENARIOS | PARTS)[name](options.rounds), flush=True)
        elif corpus is None:
            parser.error(f"{name} needs --corpus DIR or BENCH_CORPUS")
        elif name == "sample":
            print(sample.measure(corpus, options.seed, options.count), flush=True)
        else:
            print(ON_CORPUS[name](corpus, options.rounds), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
