"""Words that clients use for an enum's values: any case, dashes, underscores and spaces, plus named aliases."""

import re
from collections.abc import Mapping
from typing import Generic, TypeVar

from django.db.models import TextChoices

Choice = TypeVar("Choice", bound=TextChoices)


def fold(text: str) -> str:
    """A word without case, ``-``, ``_`` and spaces (contract 0.6)."""
    return re.sub(r"[-_\s]+", "", text).casefold()


class Vocabulary(Generic[Choice]):
    """Resolves what a client wrote to the canonical value, or to None when the word is unknown."""

    def __init__(self, choices: type[Choice], aliases: Mapping[str, Choice] | None = None) -> None:
        """``aliases`` maps further words to canonical values."""
        self.choices = choices
        self.aliases = dict(aliases or {})
        self._words = {fold(word): member for word, member in (aliases or {}).items()}
        # Last, so that an alias never hides a value.
        self._words |= {fold(member.value): member for member in choices}

    def resolve(self, text: object) -> Choice | None:
        """The canonical value for a client's word."""
        return self._words.get(fold(text)) if isinstance(text, str) else None
