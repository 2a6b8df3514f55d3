"""The back office, driven as staff drive it."""
