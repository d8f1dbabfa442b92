"""A server that says nothing any more: its connection is given up, so that what hangs on it is tried on another."""

from __future__ import annotations

from typing import Any, TypeVar

import psycopg

Result = TypeVar("Result")

#: Seconds without an answer: longer than any statement may take (`store.database.LIMITS`).
SILENCE = 75.0
#: A machine that is gone, or a wire that swallows everything, is noticed by the kernel within half a minute.
KEEPALIVE: dict[str, Any] = {
    "keepalives": 1,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "connect_timeout": 5,
}


class Impatient(psycopg.Connection[Any]):
    """A connection that is closed when its server is silent for too long, though the wire is there."""

    silence = SILENCE

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """As psycopg's, for so long; OperationalError then, and the connection is of no use any more."""
        try:
            return super().wait(gen, interval, self.silence if timeout is None else timeout)
        except psycopg.OperationalError:
            if timeout is None:
                self.pgconn.finish()
            raise


def connect(silence: float, **options: Any) -> Impatient:
    """Open a connection of its own patience, in seconds."""
    made = Impatient.connect(**{**KEEPALIVE, **options})
    made.silence = silence
    return made
