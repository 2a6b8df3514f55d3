"""Encryption: what comes back is what went in; whatever was changed, cut off, moved or swapped does not open."""

import hashlib
import hmac
import io

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from realestate.safekeeping import cipher
from realestate.safekeeping.cipher import PIECE, SALT, TAG, NotOpened, Sealer, key_of, opened

KEY = bytes(range(32))
SIZES = [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 7]


def sealed(content: bytes, name: str = "a", key: bytes = KEY) -> bytes:
    target = io.BytesIO()
    sealer = Sealer(target, key=key, name=name)
    for start in range(0, len(content), 300_000):
        sealer.write(content[start : start + 300_000])
    sealer.close()
    return target.getvalue()


def content_of(stored: bytes, name: str = "a", key: bytes = KEY) -> bytes:
    return b"".join(opened(io.BytesIO(stored), key=key, name=name))


@pytest.mark.parametrize("size", SIZES)
def test_what_went_in_comes_back(size):
    content = bytes(index % 251 for index in range(size))
    stored = sealed(content)
    assert content_of(stored) == content
    assert len(stored) == SALT + size + TAG * max(1, -(-size // PIECE))


def test_the_same_content_never_looks_the_same_twice():
    assert sealed(b"the same") != sealed(b"the same")


@pytest.mark.parametrize(
    "change",
    [
        lambda stored: stored[:-1],
        lambda stored: stored[: SALT + PIECE + TAG],  # the last piece is gone
        lambda stored: stored + b"x",
        lambda stored: stored[:40] + bytes([stored[40] ^ 1]) + stored[41:],
        lambda stored: bytes([stored[0] ^ 1]) + stored[1:],
        lambda stored: (
            stored[:SALT]
            + stored[SALT + PIECE + TAG : SALT + 2 * (PIECE + TAG)]
            + stored[SALT : SALT + PIECE + TAG]
            + stored[SALT + 2 * (PIECE + TAG) :]
        ),
        lambda _stored: b"",
    ],
    ids=["short", "cut off", "longer", "changed", "other salt", "pieces swapped", "empty"],
)
def test_whatever_was_changed_does_not_open(change):
    with pytest.raises(NotOpened):
        content_of(change(sealed(b"z" * (2 * PIECE + 9))))


def test_neither_another_key_nor_another_name_opens_it():
    stored = sealed(b"content", name="database.dump")
    with pytest.raises(NotOpened):
        content_of(stored, name="files/ab/cd")
    with pytest.raises(NotOpened):
        content_of(stored, name="database.dump", key=bytes(32))


def test_the_key_is_scrypt_of_passphrase_and_salt():
    one = key_of("correct horse", b"0" * SALT)
    cost = {"n": 2**17, "r": 8, "p": 1, "maxmem": 2**28}  # bytes; it takes half of them
    assert one == hashlib.scrypt(b"correct horse", salt=b"0" * SALT, dklen=32, **cost)
    assert (
        len({one, key_of("correct horsE", b"0" * SALT), key_of("correct horse", b"1" * SALT)}) == 3
    )


def test_H10_a_file_is_aes_256_gcm_under_hkdf_of_the_key_its_salt_and_its_name():
    """The known answer, put together here from the standards' own words (RFC 5869, NIST SP 800-38D)."""
    stored = sealed(b"content", name="database.dump")
    salt, piece = stored[:SALT], stored[SALT:]
    drawn = hmac.digest(salt, KEY, "sha256")
    key = hmac.digest(drawn, b"database.dump" + b"\x01", "sha256")
    assert len(key) * 8 == 256
    assert AESGCM(key).decrypt(bytes(11) + b"\x01", piece, None) == b"content"


def test_control_a_plain_nonce_would_open_a_file_that_was_cut_off(monkeypatch):
    def counted(number, *, is_last):
        return number.to_bytes(12, "big")

    monkeypatch.setattr(cipher, "_nonce", counted)
    stored = sealed(b"z" * (PIECE + 9))
    assert content_of(stored[: SALT + PIECE + TAG]) == b"z" * PIECE
