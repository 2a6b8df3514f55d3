"""The ground of the house: it knows no app, and every app may use it."""
