"""The commands that span all apps."""
