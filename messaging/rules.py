"""Words that clients use in messages, and how much one message holds."""

from messaging.enums import MessageType, Priority
from realestate.core.vocabulary import Vocabulary

TYPES = Vocabulary(MessageType)
PRIORITIES = Vocabulary(Priority, {"normal": Priority.MEDIUM, "urgent": Priority.CRITICAL})
MAX_CONTENT = 10_000  # characters
MAX_ATTACHMENTS = 10
OPENABLE = ("https://", "http://", "/")  # an attachment is an address that a browser may follow


def is_openable(address: str) -> bool:
    """Whether an attachment's address is a web address or a path on this server; never a script."""
    return address.casefold().startswith(OPENABLE) and not address.startswith("//")
