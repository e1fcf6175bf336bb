"""How long to wait and how often to insist."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Patience:
    """How long to wait and how often to insist; `sleep`, `clock` and `chance` are there for tests.

    Attributes:
        attempts: tries in a row that may bring less than `progress_bytes` of new bytes.
        restarts: times a download may begin again because what is here is not what the server has.
        first_wait_s, longest_wait_s: the wait doubles from one to the other, less a random part of up to a half.
        connect_s, silence_s: longest wait for a connection and for the next bytes.
        slow_bytes_per_s: a connection slower than this during `silence_s` is dropped and taken up again.
        progress_bytes: new bytes that make a try count as useful.
    """

    attempts: int = 6
    restarts: int = 3
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    connect_s: float = 30.0
    silence_s: float = 60.0
    slow_bytes_per_s: int = 1_024
    progress_bytes: int = 1 << 20
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    chance: random.Random = field(default_factory=random.Random)

    def wait_s(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row."""
        longest = min(self.longest_wait_s, self.first_wait_s * 2.0 ** (failures - 1))
        return longest * (1 - self.chance.random() / 2)
