"""Who may call what, and who sees what: one table, walked over every operation of the OpenAPI document."""
