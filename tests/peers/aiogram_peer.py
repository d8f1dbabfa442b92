"""A foreign client of Telegram, aiogram: run by an interpreter of its own, it speaks to the pretend world and reads it.

`send URL` calls methods and prints message ids or errors; `read` takes updates (JSON lines) and prints what aiogram
understood.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramAPIError, TelegramRetryAfter
from aiogram.types import (
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
    Update,
)

TO, GONE = 777, 999
KEYS = InlineKeyboardMarkup(
    inline_keyboard=[
        [
            InlineKeyboardButton(text="Yes", callback_data="yes"),
            InlineKeyboardButton(text="Site", url="https://a.example"),
        ],
        [InlineKeyboardButton(text="Code", copy_text=CopyTextButton(text="AB12CD"))],
    ]
)
PICTURE = "https://shop.example/a.jpg"


async def send(url: str) -> dict[str, Any]:
    bot = Bot("1001:secret", session=AiohttpSession(api=TelegramAPIServer.from_base(url)))
    quiet = LinkPreviewOptions(is_disabled=True)
    album = [InputMediaPhoto(media=PICTURE, caption="One"), InputMediaPhoto(media=PICTURE)]
    calls: dict[str, Callable[[], Awaitable[Any]]] = {
        "me": bot.get_me,
        "text": lambda: bot.send_message(
            TO, "<b>Hello</b>", parse_mode="HTML", reply_markup=KEYS, link_preview_options=quiet
        ),
        "photo": lambda: bot.send_photo(TO, PICTURE, caption="Look"),
        "album": lambda: bot.send_media_group(TO, album),
        "webhook": lambda: bot.set_webhook("https://shop.example/hook", secret_token="knock"),
        "too long": lambda: bot.send_message(TO, "x" * 4097),
        "broken html": lambda: bot.send_message(TO, "<b>x", parse_mode="HTML"),
        "stranger": lambda: bot.send_message(GONE, "x"),
    }
    told: dict[str, Any] = {}
    for name, call in calls.items():
        try:
            answer = await call()
            told[name] = len(answer) if isinstance(answer, list) else getattr(answer, "message_id", True)
        except TelegramRetryAfter as error:
            told[name] = {"retry_after": error.retry_after}
        except TelegramAPIError as error:
            told[name] = {"error": type(error).__name__, "text": error.message}
    await bot.session.close()
    return told


def read(lines: list[str]) -> list[Any]:
    heard: list[Any] = []
    for line in lines:
        update = Update.model_validate(json.loads(line)["json"])
        if update.message is not None:
            heard.append(["message", update.message.text])
        elif update.callback_query is not None:
            heard.append(["press", update.callback_query.data])
        elif update.my_chat_member is not None:
            heard.append(["member", update.my_chat_member.new_chat_member.status])
    return heard


if __name__ == "__main__":
    done: Any = asyncio.run(send(sys.argv[2])) if sys.argv[1] == "send" else read(sys.stdin.read().splitlines())
    print(json.dumps(done))
