"""The house: settings, addresses, the admin site and what spans all apps."""

__version__ = "0.1.0"
