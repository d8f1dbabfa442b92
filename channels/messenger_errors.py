"""What Messenger's error codes mean: https://developers.facebook.com/docs/messenger-platform/error-codes"""

from __future__ import annotations

from channels import graph
from channels.base import Rejected, RetryAfter, Trouble
from channels.graph import GraphError, code_of

#: (code, subcode) first, then the code alone.
PAIRS = {
    (10, 2018278): Trouble.OUTSIDE_WINDOW,
    (10, 2018065): Trouble.OUTSIDE_WINDOW,
    (10, 1893063): Trouble.ACCOUNT_RESTRICTED,
    (100, 2018001): Trouble.CONTACT_INVALID,
    (100, 33): Trouble.CONTACT_INVALID,
    (200, 1545041): Trouble.CONTACT_BLOCKED,
}
CLASSES = {
    Trouble.CONTACT_BLOCKED: (551, 10903),
    Trouble.CONTENT_INVALID: (100,),
    Trouble.RETRY_BACKOFF: (1, 2, 1200),
    Trouble.ACCOUNT_AUTH: (3, 10, 102, 190, 200, 230),
    Trouble.ACCOUNT_RESTRICTED: (368, 2022, 10904),
}
TROUBLES = {code: trouble for trouble, codes in CLASSES.items() for code in codes}
#: A person who had enough for today is asked again a day later.
TIRED = frozenset({(4, 2018354), (9, 2018352)})
A_DAY = 86_400.0
RATES = frozenset({4, 32, 613, 80006})
#: The words with which code 200 means a person and not a permission.
NOT_RECEIVING = "isn't receiving messages"


def meaning(error: GraphError) -> Rejected | RetryAfter | None:
    """What a refused request means; None for a code that is not in the tables."""
    pair = (error.code, error.subcode)
    if pair in TIRED:
        return RetryAfter(seconds=A_DAY, scope="pair", code=code_of(error))
    if error.code in RATES:
        return RetryAfter(seconds=graph.PATIENCE, code=code_of(error), told=False)
    trouble = PAIRS.get(pair) or TROUBLES.get(error.code)
    if error.code == 200 and NOT_RECEIVING in error.text.lower().replace("’", "'"):
        trouble = Trouble.CONTACT_BLOCKED
    return Rejected(trouble=trouble, code=code_of(error), text=error.text) if trouble else None
