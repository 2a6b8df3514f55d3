"""What must always be true of the data, as named checks; ``manage.py check_integrity`` runs them."""

from realestate.integrity.check import Check, Finding
from realestate.integrity.checks import CHECKS, run_checks

__all__ = ["CHECKS", "Check", "Finding", "run_checks"]
