"""Operations that nobody is served in the fuzz drill, and why (F1)."""

from collections.abc import Mapping

UNSERVED: Mapping[str, str] = {}
