"""The dashboard: series of figures that are shown as charts, tables, CSV and JSON, each from one query of its own."""
