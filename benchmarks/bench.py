"""``make bench``: every goal beside the hand-written limit and the usual FastAPI design, in one run.

Seeds a throw-away database, starts the real server and the FastAPI application with the same number of processes, and
lets wrk ask them in turn. Prints tables; writes JSON and a chart to var/bench. Nothing fails on a goal that is missed.
"""

import argparse

from benchmarks.database import throw_away_database
from benchmarks.load import refuse_without_wrk

ROWS, CONTESTANTS = 8, 3
UNITS, IMPORTS, DEMANDS = 50_000, 10_000, 10_000


def arguments() -> argparse.Namespace:
    """What may be chosen."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--units", type=int, default=UNITS, help=f"default: {UNITS:,}")
    parser.add_argument("--workers", type=int, default=2, help="processes of each server")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="of each round")
    parser.add_argument("--imports", type=int, default=IMPORTS, help=f"units; default: {IMPORTS:,}")
    parser.add_argument(
        "--demands", type=int, default=DEMANDS, help="at most so many bookings in the demand run"
    )
    parser.add_argument("--quick", action="store_true", help="one round of 1 s, few rows")
    parser.add_argument(
        "--memory", type=int, default=0, metavar="N", help="also memory after N requests; long"
    )
    return parser.parse_args()


def main() -> None:
    """Measure, print, write."""
    asked = arguments()
    if asked.quick:
        asked.rounds, asked.seconds, asked.units = 1, 1, min(asked.units, 5_000)
        asked.imports, asked.demands = min(asked.imports, 500), min(asked.demands, 50)
    refuse_without_wrk()
    with throw_away_database(workers=asked.workers) as database:
        measure(asked, database)


def measure(asked: argparse.Namespace, database: str) -> None:
    """With Django set up."""
    from benchmarks.chart import write_chart
    from benchmarks.machine import load_now, machine
    from benchmarks.measure import Comparison, Plan
    from benchmarks.report import Progress, Run, show, write_json
    from benchmarks.singles import memory, singles
    from benchmarks.stage import stage

    plan = Plan(rounds=asked.rounds, seconds=asked.seconds, warm_up=min(2, asked.seconds))
    about = {
        "units": f"{asked.units:,}",
        "processes": asked.workers,
        "connections": 8,
        "rounds": f"{plan.rounds} of {plan.seconds:g} s",
        "load of the machine before": load_now(),
    }
    print(f"Seeding {asked.units:,} units …", flush=True)
    with stage(database, units=asked.units, workers=asked.workers) as scene:
        run = Run(machine=machine(), about=about)
        steps = (ROWS * CONTESTANTS + 4) * plan.rounds + 2 * (plan.rounds + 1) + 2 * plan.rounds + 2
        progress = Progress(steps)
        run.compared = Comparison(scene, plan, progress).all()
        run.singles = singles(
            scene,
            progress,
            rounds=plan.rounds,
            seconds=plan.seconds,
            imports=asked.imports,
            demands=asked.demands,
        )
        if asked.memory:
            run.singles.append(memory(scene, progress, asked.memory))
        progress.end()
    show(run)
    print("\nWritten:", write_json(run, "bench"), write_chart(run, "bench"))


if __name__ == "__main__":
    main()
