"""Secrets at rest: encrypted with keys that live in a file beside the database, never in it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class SecretsUnreadable(Exception):
    """The stored secrets cannot be read with the key in keys/secrets: restore that file, or connect anew."""


class Vault:
    """Encrypts and decrypts; the first key of the file encrypts, all of them decrypt (rotation)."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            made = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
            with os.fdopen(made, "wb") as file:
                if path.stat().st_size == 0:
                    file.write(Fernet.generate_key() + b"\n")
        lines = path.read_bytes().split()
        self._keys, self._oldest = MultiFernet([Fernet(line) for line in lines]), lines[-1]

    @property
    def pepper(self) -> bytes:
        """A secret for keyed hashes: of the oldest key, so that it outlives a rotation."""
        return hashlib.sha256(b"pepper|" + self._oldest).digest()

    def seal(self, owner: str, secrets: Mapping[str, str]) -> str:
        """Encrypt for one owner: the same text in another's row cannot be opened."""
        return self._keys.encrypt(orjson.dumps({"owner": owner, "secrets": dict(secrets)})).decode()

    def open(self, owner: str, sealed: str) -> dict[str, str]:
        """Decrypt; raises SecretsUnreadable for another key or another owner."""
        try:
            content = orjson.loads(self._keys.decrypt(sealed.encode()))
        except InvalidToken as wrong:
            raise SecretsUnreadable(SecretsUnreadable.__doc__) from wrong
        if content["owner"] != owner:
            raise SecretsUnreadable("These secrets belong to another account.")
        secrets: dict[str, str] = content["secrets"]
        return secrets
