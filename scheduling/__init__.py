"""Scheduling: when people meet."""
