"""A job per step in procrastinate: https://procrastinate.readthedocs.io/"""

import asyncio
import json
import sys
import time

import procrastinate

STEPS = ("condition", "send", "wait", "condition", "exit")
url, contacts = sys.argv[1], int(sys.argv[2])
app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url, min_size=4, max_size=20))
ended: list[int] = []


@app.task(queue="journey")
async def step(contact: int, number: int) -> None:
    """One step of one contact; the next one is a job of its own."""
    if number + 1 < len(STEPS):
        await step.defer_async(contact=contact, number=number + 1)
    else:
        ended.append(contact)


async def main() -> None:
    """Fill the queue, which is not timed, and work it off."""
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        await step.batch_defer_async(*[{"contact": number, "number": 0} for number in range(contacts)])
        began = time.perf_counter()
        await app.run_worker_async(queues=["journey"], concurrency=50, wait=False, install_signal_handlers=False)
        seconds = time.perf_counter() - began
    assert len(ended) == contacts, f"{len(ended)} of {contacts} ended"
    print(json.dumps({"seconds": seconds}))


asyncio.run(main())
