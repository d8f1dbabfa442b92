"""A job per step in pgqueuer: https://pgqueuer.readthedocs.io/"""

import asyncio
import json
import sys
import time

import asyncpg
from pgqueuer import AsyncpgPoolDriver, Job, PgQueuer, Queries

STEPS = ("condition", "send", "wait", "condition", "exit")
url, contacts = sys.argv[1], int(sys.argv[2])


async def main() -> None:
    """Fill the queue, which is not timed, and work it off."""
    pool = await asyncpg.create_pool(url, min_size=4, max_size=20)
    driver = AsyncpgPoolDriver(pool)
    queries = Queries(driver)
    await queries.install()
    engine = PgQueuer(driver)
    ended = 0

    @engine.entrypoint("step")
    async def step(job: Job) -> None:
        nonlocal ended
        contact, number = (job.payload or b"").split()
        if int(number) + 1 < len(STEPS):
            await queries.enqueue("step", b"%s %d" % (contact, int(number) + 1))
        else:
            ended += 1
            if ended == contacts:
                engine.shutdown.set()

    await queries.enqueue(["step"] * contacts, [b"%d 0" % number for number in range(contacts)], [0] * contacts)
    began = time.perf_counter()
    await engine.run(batch_size=100)
    print(json.dumps({"seconds": time.perf_counter() - began}))
    await pool.close()


asyncio.run(main())
