"""``python -m drills [NAME …] [--quick]``: hold drills, each in a process of its own; fail if a promise is broken."""

import argparse
import importlib
import subprocess
import sys

from drills import house
from drills.report import FOLDER, save, table

DRILLS = {
    "races": "one unit and one limit: many at once, over several processes (A1, A2, A7)",
    "slots": "one time of one host: asked for, moved, confirmed and given up by many at once (A5)",
    "edits": "what two people change at once, and one message that is sent ten times (A9, A10)",
    "swaps": "holders and strangers, holds and bookings, swaps: one unit, one owner (A2, A4)",
    "storm": "everybody at once on a few units, and a recount (A6)",
    "sets": "a home and its parking at once, in any order: all or none, no deadlock (A3)",
    "numbers": "receipts at once, some of which break off: numbers without gaps (A8)",
    "money": "events of a gateway, repeated requests, jobs of the night: once each (B)",
    "models": "state machines of units, bookings and money at length (B9)",
    "mutants": "small mistakes in money, claims and permissions, which the tests must find (B13)",
    "restore": "backup, restore and recovery to a point in time; a copy keeps silent (I5-I7)",
    "logins": "many log in, guess and refresh at once (E2, E4 to E6, F10)",
    "crashes": "servers and the database are killed under load; nothing acknowledged is lost (C)",
    "relays": "workers are killed while they send; everything leaves, nobody is told twice (C6)",
    "crowds": "connections run out, and clients that never finish (C8, F11)",
    "restarts": "new code under load, and nobody notices (C7)",
    "nodes": "two machines that share a database, a Redis and a store of files (8)",
    "replica": "the public catalogue from a streaming replica that falls behind, dies and comes back (8)",
    "outages": "Redis, mail and the store of files are lost, slow, mad, and back (I8)",
    "strangers": "what refusals give away by words and by time; approvals at one moment (D4, D8)",
    "migrations": "a migration is killed in the middle and run again (I4)",
    "generations": "old tests on the new schema, new reads on the old one (I3); AGAINST names a commit",
    "clocks": "the tests in other zones and on odd days; needs libfaketime (I12)",
    "orders": "the whole suite in random order (I13)",
    "fuzz": "the whole API document, asked with nonsense by each role (F)",
    "soak": "ten minutes of mixed traffic; nothing fills up (I9)",
}


def main() -> int:
    """Exit code 1 when a promise does not hold, 2 when a drill could not be held."""
    parser = argparse.ArgumentParser(prog="drills", description=__doc__)
    told = "; ".join(f"{name}: {what}" for name, what in DRILLS.items())
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{told}; all of them if none")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: does it still hold?")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    unknown = set(asked.names) - DRILLS.keys()
    if unknown:
        parser.error(
            f"There is no drill {', '.join(sorted(unknown))}. There are: {', '.join(DRILLS)}"
        )
    if asked.here:
        return hold(asked.names[0], quick=asked.quick)
    codes = {}
    for name in asked.names or DRILLS:
        sys.stderr.write(f"\n{name}: {DRILLS[name]}\n")
        command = [sys.executable, "-m", "drills", name, "--here", *(["--quick"] * asked.quick)]
        codes[name] = subprocess.run(command, check=False).returncode
    bad = [name for name, code in codes.items() if code]
    sys.stdout.write(
        f"{len(codes)} drills, {len(bad)} failed{': ' if bad else ''}{', '.join(bad)}; see {FOLDER}\n"
    )
    return max(min(code, 2) for code in codes.values())


def hold(name: str, *, quick: bool) -> int:
    """One drill, in this process."""
    with house.database() as database:  # before the drill is imported: it needs the models
        promises = importlib.import_module(f"drills.{name}").run(database, quick=quick)
    sys.stdout.write(table(promises))
    save(name, promises)
    return int(not all(promise.holds for promise in promises))


if __name__ == "__main__":
    sys.exit(main())
