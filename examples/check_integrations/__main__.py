"""Run the checks against the installed tools; one line for each.

    python -m examples.check_integrations [NAME ...] [--strict] [--list] [--verbose]

NAME selects checks by the beginning of their name, such as `anomalib` or `loaders.spawn`. The exit code is 1 if a check
fails; with `--strict`, a tool that is not installed counts as a failure. Every check runs in a process of its own.
"""

import argparse
import sys
import time

from examples.check_integrations.frame import FAILED, MISSING, all_checks, run_check


def main() -> int:
    """Run the checks and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.check_integrations", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="beginning of the names of the checks; all by default")
    parser.add_argument("--strict", action="store_true", help="a tool that is not installed counts as a failure")
    parser.add_argument("--list", action="store_true", help="print the checks, run none")
    parser.add_argument("--verbose", action="store_true", help="print all output of the checks that fail")
    arguments = parser.parse_args()
    known = all_checks()
    unknown = [name for name in arguments.names if not any(check.name.startswith(name) for check in known)]
    if unknown:
        parser.error(f"NAME must begin one of {', '.join(check.name for check in known)}; got {', '.join(unknown)}")
    chosen = [check for check in known if not arguments.names or check.name.startswith(tuple(arguments.names))]
    if arguments.list:
        for check in chosen:
            print(f"{check.name:34s} {check.package:20s} {check.done}")
        return 0
    outcomes = []
    for check in chosen:
        start = time.monotonic()
        outcome = run_check(check)
        print(f"{outcome}  ({time.monotonic() - start:.0f} s)" if outcome.version else outcome, flush=True)
        if arguments.verbose and outcome.status == FAILED:
            print(outcome.output)
        outcomes.append(outcome.status)
    failures = outcomes.count(FAILED) + arguments.strict * outcomes.count(MISSING)
    count = outcomes.count(FAILED), outcomes.count(MISSING)
    print(f"{len(outcomes)} checks, {count[0]} not ok, {count[1]} not installed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
