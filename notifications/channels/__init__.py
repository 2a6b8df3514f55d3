"""How notifications leave the house: one adapter per channel. E-mail now; SMS and push will stand beside it."""
