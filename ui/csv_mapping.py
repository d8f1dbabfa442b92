"""Reading the head of a CSV file and guessing what its columns are; pure."""

from __future__ import annotations

import csv
import io

#: Columns that mean something besides ids and addresses.
COLUMNS = ("timezone", "locale", "tags", "marketing_consent", "consent_text")
#: Marks a choice that keeps the column as an attribute of its own name.
ATTRIBUTE = "attribute:"
#: Column names as people write them, folded, to what they most likely are.
GUESSES = {
    "external_id": ("external_id", "id", "user_id", "userid", "contact", "contact_id", "клиент", "ид", "код"),
    "telegram": ("telegram", "telegram_id", "chat_id", "tg", "телеграм"),
    "whatsapp": ("whatsapp", "phone", "телефон", "ватсап"),
    "viber": ("viber", "viber_id", "вайбер"),
    "messenger": ("messenger", "psid", "facebook"),
    "timezone": ("timezone", "time_zone", "tz", "часовой_пояс"),
    "locale": ("locale", "language", "lang", "язык"),
    "tags": ("tags", "теги", "метки"),
    "consent_text": ("consent_text", "текст_согласия"),
    "marketing_consent": ("marketing_consent", "consent", "agreed", "согласие"),
}


def headers_of(content: bytes) -> tuple[list[str], list[list[str]]]:
    """Header and the first rows; empty lists for what is not a table of text."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], []
    head = "\n".join(text.splitlines()[:20])
    try:
        dialect = csv.Sniffer().sniff(head, delimiters=",;\t|")
    except csv.Error:
        dialect = csv.get_dialect("excel")  # type: ignore[assignment]
    rows = list(csv.reader(io.StringIO(head), dialect))
    if not rows or not any(cell.strip() for cell in rows[0]):
        return [], []
    return [cell.strip() for cell in rows[0]], rows[1:]


def guess(header: str) -> str:
    """What a column is by its name; an empty text for an attribute."""
    folded = header.strip().lower().replace(" ", "_").replace("-", "_")
    return next((field for field, names in GUESSES.items() if folded in names), "")
