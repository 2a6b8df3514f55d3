"""Paying online, with the real libraries of the gateways against servers on this machine."""
