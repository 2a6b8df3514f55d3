"""Encryption of a backup's files with a passphrase: AES-256-GCM, piece by piece, by the library ``cryptography``.

Key of a backup: scrypt (N = 2^17, r = 8, p = 1) of the passphrase and the backup's salt. Key of a file: HKDF-SHA256 of
that key, the file's own salt (16 random bytes, at its beginning) and the file's name in the backup, so that no file
can stand in for another. Then pieces: 1 MiB of content (the last one less, or nothing), each sealed with its 16-byte
tag; its nonce is its number (11 bytes, big-endian) and one byte that is 1 for the last, so that no piece can be left
out, repeated or moved, and a file that was cut off does not open (the STREAM construction).
"""

import os
from collections.abc import Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

PIECE = 1024 * 1024
TAG, SALT, KEY = 16, 16, 32
SHORTEST_PASSPHRASE = 12  # characters


class NotOpened(Exception):
    """Wrong passphrase, or the file was changed."""


def key_of(passphrase: str, salt: bytes) -> bytes:
    """The key of a backup; takes about half a second on purpose."""
    return Scrypt(salt=salt, length=KEY, n=2**17, r=8, p=1).derive(passphrase.encode())


def new_salt() -> bytes:
    """Sixteen random bytes."""
    return os.urandom(SALT)


class Sealer:
    """Writes encrypted to a file; ``close`` seals the end."""

    def __init__(self, target: IO[bytes], *, key: bytes, name: str) -> None:
        salt = new_salt()
        self._target, self._cipher = target, _cipher(key, salt, name)
        self._waiting, self._number = bytearray(), 0
        target.write(salt)

    def write(self, content: bytes) -> None:
        """Any number of bytes; a piece leaves when it is clear that it is not the last."""
        self._waiting += content
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]

    def close(self) -> None:
        """Write the last piece, which says that it is the last; the file itself stays open."""
        self._seal(bytes(self._waiting), is_last=True)

    def _seal(self, piece: bytes, *, is_last: bool) -> None:
        nonce = _nonce(self._number, is_last=is_last)
        self._target.write(self._cipher.encrypt(nonce, piece, None))
        self._number += 1


def opened(source: IO[bytes], *, key: bytes, name: str) -> Iterator[bytes]:
    """The content of an encrypted file, piece by piece. Raises NotOpened."""
    cipher = _cipher(key, source.read(SALT), name)
    number, piece = 0, source.read(PIECE + TAG)
    while True:
        following = source.read(PIECE + TAG)
        try:
            yield cipher.decrypt(_nonce(number, is_last=not following), piece, None)
        except (InvalidTag, ValueError) as error:
            raise NotOpened from error
        if not following:
            return
        number, piece = number + 1, following


def _cipher(key: bytes, salt: bytes, name: str) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=KEY, salt=salt, info=name.encode()).derive(key)
    return AESGCM(derived)


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
