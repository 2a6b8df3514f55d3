"""``/metrics`` for Prometheus: requests as this server saw them, and what the database says of the whole platform."""
