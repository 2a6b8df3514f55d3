"""Bookings: the promise between a buyer and a builder."""
