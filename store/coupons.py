"""Coupons: codes of a pool, each given once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from store.sql import insert_new, rows, scalar, update
from store.tables import Coupon, CouponPool


def add(connection: Connection, pool: str, codes: Sequence[str], now: int) -> int:
    """Create the pool if need be and add codes; how many were new."""
    insert_new(connection, CouponPool, ("name", "created_at"), [(pool, now)], ("id",))
    pool_id = scalar(connection, "SELECT id FROM coupon_pool WHERE name = :name", name=pool)
    values = [(pool_id, code) for code in dict.fromkeys(codes)]
    return len(insert_new(connection, Coupon, ("pool_id", "code"), values, ("id",)))


def draw(connection: Connection, wanted: Sequence[tuple[int, str, int, int]], now: int) -> dict[int, str]:
    """Give codes to (enrollment, pool, visit, contact): codes by enrollment; absent where the pool is empty."""
    given: dict[int, str] = {}
    values = []
    suffix = " FOR UPDATE SKIP LOCKED" if connection.dialect.name == "postgresql" else ""
    for pool in sorted({each[1] for each in wanted}):
        asking = [each for each in wanted if each[1] == pool]
        free = rows(
            connection,
            "SELECT k.id, k.code FROM coupon k WHERE k.pool_id = (SELECT id FROM coupon_pool WHERE name = :pool)"
            f" AND k.contact_id IS NULL ORDER BY k.id LIMIT :many{suffix}",
            pool=pool,
            many=len(asking),
        )
        for (enrollment, _, _, contact), code in zip(asking, free, strict=False):
            given[enrollment] = code.code
            values.append((contact, enrollment, now, code.id))
    update(connection, Coupon, ("contact_id", "enrollment_id", "given_at"), values)
    return given


def pools(connection: Connection) -> list[dict[str, int | str]]:
    """Every pool with how many codes are free and given."""
    found = rows(
        connection,
        "SELECT p.name, count(k.id) AS codes, count(k.contact_id) AS given FROM coupon_pool p"
        " LEFT JOIN coupon k ON k.pool_id = p.id GROUP BY p.name ORDER BY p.name",
    )
    return [{"pool": row.name, "free": row.codes - row.given, "given": row.given} for row in found]
