"""A flow run per contact in Prefect, ten at a time: https://docs.prefect.io/ (its server keeps its own database)."""

import asyncio
import json
import sys
import time

from prefect import flow

contacts = int(sys.argv[2])


@flow(persist_result=False, validate_parameters=False)
async def journey(contact: int) -> bool:
    """Condition, send, a wait of no time, condition, exit: plain code, no task runs, which would cost more."""
    kazan = contact % 10 == 0
    await asyncio.sleep(0)
    return kazan


async def main() -> None:
    """One run to start everything, then all of them."""
    await journey(0)
    doors = asyncio.Semaphore(10)

    async def one(number: int) -> None:
        async with doors:
            await journey(number)

    began = time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(contacts)))
    print(json.dumps({"seconds": time.perf_counter() - began}))


asyncio.run(main())
