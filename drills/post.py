"""A mail server that keeps what it was given."""

import asyncio
from collections import Counter
from typing import Any


class Post:
    """Keeps whom it was asked to reach, under which id, and takes so many ``seconds`` for a message."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.messages: Counter[str] = Counter()
        self.seconds = seconds

    # The mail server's library looks this name up; it is not ours to choose.
    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # its documented name
        """Take a message."""
        head = envelope.content.decode(errors="replace").partition("\r\n\r\n")[0]
        names = [text for text in head.splitlines() if text.lower().startswith("message-id:")]
        self.messages[f"{names[0] if names else head} {envelope.rcpt_tos}"] += 1
        await asyncio.sleep(self.seconds)
        return "250 OK"
