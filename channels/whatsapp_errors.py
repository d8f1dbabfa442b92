"""What WhatsApp's error codes mean: https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes"""

from __future__ import annotations

from typing import Literal

from channels.base import Rejected, RetryAfter, Trouble
from channels.graph import GraphError, code_of

#: Codes by class. 130472 (a person in Meta's experiment) never goes through with this message, and nobody is to blame:
#: it has the class that ends one delivery and touches neither the contact nor the campaign.
CLASSES = {
    Trouble.CONTACT_DOUBTFUL: (131026,),
    Trouble.CONTACT_INVALID: (131030,),
    Trouble.OUTSIDE_WINDOW: (131047,),
    Trouble.OPTED_OUT: (131050,),
    Trouble.ACCOUNT_RESTRICTED: (368, 130497, 131031, 131037, 131042, 131044, 131045, 131048, 131063),
    Trouble.QUOTA: (131064,),
    Trouble.TEMPLATE_PROBLEM: (132001, 132005, 132007, 132015, 132016),
    Trouble.CONTENT_INVALID: (
        *(100, 130472, 131008, 131009, 131021, 131051, 131052, 131062),
        *(132000, 132008, 132012, 132018),
    ),
    Trouble.ACCOUNT_AUTH: (0, 3, 10, 33, 190, 131005, *range(200, 300)),
    # 131053: Meta could not fetch our picture, which may pass.
    Trouble.RETRY_BACKOFF: (1, 2, 131000, 131016, 131053, 131057, 133004, 135000),
}
TROUBLES = {code: trouble for trouble, codes in CLASSES.items() for code in codes}
#: The phone number behind the account is gone: https://developers.facebook.com/docs/graph-api/guides/error-handling
GONE = (100, 33)
A_DAY = 86_400.0
#: Seconds to wait, and for whom. 131049: Meta's own cap on marketing to one person, told to come back a day later.
WAITS: dict[int, tuple[float, Literal["account", "pair"]]] = {
    4: (60.0, "account"),
    80007: (60.0, "account"),
    130429: (5.0, "account"),
    131056: (6.0, "pair"),
    131049: (A_DAY, "pair"),
}


def meaning(error: GraphError) -> Rejected | RetryAfter | None:
    """What a refused request means; None for a code that is not in the tables."""
    if wait := WAITS.get(error.code):
        return RetryAfter(seconds=wait[0], scope=wait[1], code=code_of(error), told=wait[0] >= A_DAY)
    gone = (error.code, error.subcode) == GONE
    trouble = Trouble.ACCOUNT_AUTH if gone else TROUBLES.get(error.code)
    return Rejected(trouble=trouble, code=code_of(error), text=error.text) if trouble else None


def trouble_of(code: int | None) -> Trouble:
    """The class of a message that failed after it was taken; a code that nobody knows ends this delivery only.

    So does 131049: another message to the same person may pass, and nothing is wrong with the account.
    """
    if code in WAITS and code != 131049:
        return Trouble.RETRY_BACKOFF
    return TROUBLES.get(code, Trouble.CONTENT_INVALID) if code is not None else Trouble.CONTENT_INVALID
