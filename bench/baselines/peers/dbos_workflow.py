"""A durable workflow per contact in DBOS: https://docs.dbos.dev/python/"""

import json
import sys
import time

from dbos import DBOS

url, contacts = sys.argv[1], int(sys.argv[2])
DBOS(config={"name": "bench", "system_database_url": url, "log_level": "ERROR"})


@DBOS.step()
def condition(contact: int) -> bool:
    """A decision."""
    return contact % 10 == 0


@DBOS.step()
def send(contact: int) -> str:
    """A message that goes nowhere."""
    return f"{contact}, welcome"


@DBOS.workflow()
def journey(contact: int) -> bool:
    """Condition, send, a wait of no time, condition, exit."""
    condition(contact)
    send(contact)
    DBOS.sleep(0)
    return condition(contact)


DBOS.launch()
began = time.perf_counter()
handles = [DBOS.start_workflow(journey, number) for number in range(contacts)]
for handle in handles:
    handle.get_result()
print(json.dumps({"seconds": time.perf_counter() - began}))
DBOS.destroy()
