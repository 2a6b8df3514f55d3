"""The limit: the reads of the goals written by hand, one statement each, whose JSON text PostgreSQL makes."""
