"""Threads, a barrier and a count of winners; each race has its control (see support.py)."""
