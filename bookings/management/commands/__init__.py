"""Commands of the bookings app."""
