"""What Viber's statuses mean: https://developers.viber.com/docs/api/rest-bot-api/#error-codes"""

from __future__ import annotations

from channels.base import Trouble

#: A number that is not here is a «general error».
STATUSES = {
    1: Trouble.ACCOUNT_AUTH,
    2: Trouble.ACCOUNT_AUTH,
    3: Trouble.CONTENT_INVALID,
    4: Trouble.CONTENT_INVALID,
    5: Trouble.CONTACT_INVALID,
    6: Trouble.CONTACT_BLOCKED,
    7: Trouble.ACCOUNT_RESTRICTED,
    8: Trouble.ACCOUNT_AUTH,
    9: Trouble.ACCOUNT_RESTRICTED,
    10: Trouble.ACCOUNT_AUTH,
    11: Trouble.CONTACT_INVALID,
    13: Trouble.CONTENT_INVALID,
    14: Trouble.CONTENT_INVALID,
    15: Trouble.ACCOUNT_AUTH,
    16: Trouble.CONTENT_INVALID,
    17: Trouble.CONTENT_INVALID,
    18: Trouble.CONTENT_INVALID,
    19: Trouble.ACCOUNT_RESTRICTED,
    20: Trouble.ACCOUNT_RESTRICTED,
    21: Trouble.CONTACT_INVALID,
    22: Trouble.CONTENT_INVALID,
    23: Trouble.QUOTA,
    24: Trouble.QUOTA,
}
TOO_MANY_REQUESTS = 12
