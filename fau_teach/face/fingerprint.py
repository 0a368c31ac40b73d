"""Whether a stored result was made with the face as it is now."""

from __future__ import annotations

import hashlib
from importlib.resources import files

from fau_teach._data import data_file

TABLES = (
    "actions", "combinations", "identities", "landmarks", "muscles", "proportions", "tissue",
)  # fmt: skip
APART = ("calibrate.py", "fingerprint.py", "peer.py", "visible.py")
"""Modules that no picture depends on."""


def fingerprint() -> str:
    """First 16 digits of the SHA-256 of the code and the tables that make the face."""
    code = [one for one in (files("fau_teach") / "face").iterdir() if one.name.endswith(".py")]
    parts = sorted((one for one in code if one.name not in APART), key=lambda one: one.name)
    digest = hashlib.sha256()
    for part in (*parts, *(data_file(f"face/{name}.csv") for name in TABLES)):
        digest.update(part.name.encode() + b"\0" + part.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]
