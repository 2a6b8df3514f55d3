"""Backups of the whole platform: taking them, proving them, putting them back; docs/backup.md tells operators how."""
