"""Loopback ports that nobody listens at."""

from __future__ import annotations

import socket


def free_ports(many: int) -> list[int]:
    """So many, all different."""
    held = [socket.socket() for _ in range(many)]
    try:
        for each in held:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in held]
    finally:
        for each in held:
            each.close()


def free_port() -> int:
    """One."""
    return free_ports(1)[0]
