"""Promises that cross apps, for sequences that nobody has thought of (R22)."""
