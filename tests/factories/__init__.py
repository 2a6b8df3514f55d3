"""Rows for tests, one module per app, importing only downward like the apps."""
