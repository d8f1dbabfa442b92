"""Reading the head of a CSV file and guessing what its columns are; pure."""

from __future__ import annotations

import csv
import io

#: Column names as people write them, folded, to what they most likely are.
GUESSES = {
    "external_id": ("external_id", "id", "user_id", "userid", "contact", "contact_id", "клиент", "ид", "код"),
    "address:telegram": ("telegram", "telegram_id", "chat_id", "tg", "телеграм"),
    "address:whatsapp": ("whatsapp", "phone", "телефон", "ватсап"),
    "address:viber": ("viber", "viber_id", "вайбер"),
    "address:messenger": ("messenger", "psid", "facebook"),
    "timezone": ("timezone", "time_zone", "tz", "часовой_пояс"),
    "locale": ("locale", "language", "lang", "язык"),
    "tags": ("tags", "теги", "метки"),
    "consent_text": ("consent_text", "consent", "согласие", "текст_согласия"),
    "consent_source": ("consent_source", "source", "источник", "источник_согласия"),
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
    """What a column is by its name; an attribute when nothing fits."""
    folded = header.strip().lower().replace(" ", "_").replace("-", "_")
    return next((field for field, names in GUESSES.items() if folded in names), f"attribute:{header}")
