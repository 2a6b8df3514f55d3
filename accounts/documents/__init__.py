"""What builders put on paper: their letterhead."""

from accounts.documents.letterhead import Letterhead, letterhead_of

__all__ = ["Letterhead", "letterhead_of"]
