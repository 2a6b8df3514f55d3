"""Rules of the house that no linter sees; exemptions carry reasons, and exemptions that nobody needs fail."""
