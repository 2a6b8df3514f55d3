"""Django's PostgreSQL backend, with a cheaper look at whether a lasting connection is still good."""
