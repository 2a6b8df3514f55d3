"""The demo: who, what and when as plain data, the pictures, and how all of it goes through the services."""
