"""Settings: env.py reads variables; base.py holds for all; local, production and test say what differs."""
