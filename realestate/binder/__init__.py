"""The documents centre: every paper of a booking in one list, whichever app it is of."""
