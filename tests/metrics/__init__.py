"""What /metrics says, to whom, and what it costs."""
