"""Kept answers of one process: as many as fit, the least recently used goes first."""

from collections import OrderedDict
from threading import Lock

from realestate.core.answers.entries import Entry


class Memory:
    """A bounded map; threads may use it at the same time."""

    def __init__(self, *, most_bytes: int, most_entries: int) -> None:
        """Neither bound is ever passed. An entry that takes more than a tenth of the bytes is not kept."""
        self.most_bytes, self.most_entries = most_bytes, most_entries
        self.bytes = 0
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> Entry | None:
        """What is kept, true or not."""
        with self._lock:
            found = self._entries.get(key)
            if found is not None:
                self._entries.move_to_end(key)
            return found

    def put(self, key: str, entry: Entry) -> None:
        """Keep an entry in the place of what was kept under the key."""
        size = _size(key, entry)
        with self._lock:
            self._drop(key)
            if size * 10 > self.most_bytes:
                return
            self._entries[key] = entry
            self.bytes += size
            while self.bytes > self.most_bytes or len(self._entries) > self.most_entries:
                self._drop(next(iter(self._entries)))

    def __len__(self) -> int:
        return len(self._entries)

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.bytes -= _size(key, entry)


def _size(key: str, entry: Entry) -> int:
    return entry.size + len(key)
