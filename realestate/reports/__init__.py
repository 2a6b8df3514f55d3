"""Figures that span the house: queries and views, no rules."""
