"""SHA-256 of a file, block by block."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

_AT_ONCE = 4 << 20


def digest_of(path: Path, progress: Callable[[int], None] = lambda _: None, look: Callable[[bytes], None] | None = None) -> str:
    """SHA-256 of a file, in hexadecimal.

    Args:
        path: the file.
        progress: gets the bytes read so far.
        look: gets every block, and may raise.
    """
    total, done, block = sha256(), 0, memoryview(bytearray(_AT_ONCE))
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(block):
            total.update(block[:size])
            if look:
                look(bytes(block[:size]))
            done += size
            progress(done)
    return total.hexdigest()
