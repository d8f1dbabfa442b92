"""What Viber draws of buttons: keyboards and carousels. https://developers.viber.com/docs/tools/keyboards/"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from channels.message import Button, Card
from channels.writing import choices, payload, per_row, with_lines

#: A card is a grid of cells, filled to the last: https://developers.viber.com/docs/api/rest-bot-api/#rich-media-message--carousel-content-message
COLUMNS, ROWS = 6, 7
PICTURE_ROWS = 3
#: The API version from which the phone knows carousels.
CAROUSEL_VERSION = 7


def keyboard(buttons: Sequence[Button], ref: str) -> dict[str, Any]:
    """The keyboard under the conversation; short titles share a row."""
    columns = 6 // per_row(buttons)
    return {"Type": "keyboard", "DefaultHeight": False, "Buttons": [_key(button, columns, ref) for button in buttons]}


def _key(button: Button, columns: int, ref: str) -> dict[str, Any]:
    return {
        "Columns": columns,
        "Rows": 1,
        "ActionType": "open-url" if button.url else "reply",
        "ActionBody": button.url or payload(ref, button.id),
        "Text": html.escape(button.title, quote=False),
        "TextSize": "regular",
        # Without it the payload would appear in the conversation as if the person had typed it.
        "Silent": True,
    }


def start_key(title: str) -> dict[str, Any]:
    """The one button under a greeting: pressing it subscribes."""
    key = {"Columns": COLUMNS, "Rows": 1, "ActionType": "reply", "ActionBody": "/start", "Silent": True}
    face = {"Text": html.escape(title, quote=False), "TextSize": "regular"}
    return {"Type": "keyboard", "DefaultHeight": False, "Buttons": [{**key, **face}]}


def carousel(cards: Sequence[Card], ref: str) -> dict[str, Any]:
    """The content of a message that shows cards side by side."""
    cells = [cell for card in cards for cell in _card(card, ref)]
    drawn = {"Type": "rich_media", "ButtonsGroupColumns": COLUMNS, "ButtonsGroupRows": ROWS, "BgColor": "#FFFFFF"}
    words = "\n".join(card.title for card in cards)
    content = {"type": "rich_media", "rich_media": drawn | {"Buttons": cells}, "alt_text": words}
    return {**content, "min_api_version": CAROUSEL_VERSION}


def _card(card: Card, ref: str) -> list[dict[str, Any]]:
    split = choices(card.buttons)
    keys = [_key(button, COLUMNS, ref) for button in card.buttons if not button.copy or button.url]
    cells: list[dict[str, Any]] = []
    if card.image:
        face = {"Columns": COLUMNS, "Rows": PICTURE_ROWS, "ActionType": "none", "Image": card.image}
        cells.append(face)
    words = html.escape(with_lines(card.text, split.codes), quote=False).replace("\n", "<br>")
    title = f"<b>{html.escape(card.title, quote=False)}</b>"
    rows = ROWS - (PICTURE_ROWS if card.image else 0) - len(keys)
    text = {"Text": f"{title}<br>{words}" if words else title, "TextSize": "regular", "TextHAlign": "left"}
    cells.append({"Columns": COLUMNS, "Rows": rows, "ActionType": "none", **text})
    return cells + keys
