"""Promises of the platform as programs: each breaks something on purpose, counts, and prints what it saw.

``make drill`` runs them all, ``make drill ARGS="races crashes --quick"`` some of them with fewer rounds. A drill fails
when its promise does not hold, and when its control - the same with the guard taken away - does not fail.
"""
