"""Progress: what has been built."""
