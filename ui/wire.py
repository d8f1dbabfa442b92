"""The one HTTP client of the pages: address, key, patience and errors."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from ui.trouble import Slow, Unreachable, from_answer

DEFAULT_URL = "http://127.0.0.1:8000"
#: Pauses before asking again when nobody listens; nothing was sent, so asking again is safe.
PAUSES = (0.1, 0.3)
PATIENCE = httpx.Timeout(20.0, connect=2.0)


class Key:
    """The key that the pages present: from the environment, else from a file that is read again when it changes."""

    def __init__(self, given: str | None, file: Path) -> None:
        self._given = given
        self._file = file
        self._seen: tuple[int, int] | None = None
        self._read = ""

    def value(self) -> str:
        """The key, or an empty string when there is none yet."""
        if self._given:
            return self._given
        try:
            stat = self._file.stat()
        except OSError:
            return ""
        if (stat.st_mtime_ns, stat.st_size) != self._seen:
            self._read = self._file.read_text(encoding="utf-8").strip()
            self._seen = (stat.st_mtime_ns, stat.st_size)
        return self._read


def key_from_environment(environment: Mapping[str, str] | None = None) -> Key:
    """`TROPA_UI_KEY`, else `<TROPA_HOME>/keys/ui` (home: `.tropa` in the working directory)."""
    env = os.environ if environment is None else environment
    return Key(env.get("TROPA_UI_KEY"), Path(env.get("TROPA_HOME") or ".tropa") / "keys" / "ui")


class Wire:
    """Asks the API; raises `ui.trouble.Trouble` for everything but a 2xx."""

    def __init__(
        self, url: str, key: Key, *, pauses: tuple[float, ...] = PAUSES, patience: httpx.Timeout | float = PATIENCE
    ) -> None:
        self.url = url.rstrip("/")
        self._key = key
        self._pauses = pauses
        self._client = httpx.Client(base_url=self.url, timeout=patience, trust_env=False)

    def close(self) -> None:
        """Gives back the connections."""
        self._client.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        data: Mapping[str, Any] | None = None,
        files: Any = None,
        headers: Mapping[str, str] | None = None,
        language: str = "en",
    ) -> Any:
        """The answer's JSON (None for an empty body). Parameters that are None or empty are left out."""
        request = self._client.build_request(
            method,
            path,
            params={name: value for name, value in (params or {}).items() if value not in (None, "")},
            json=json,
            data=data,
            files=files,
            headers={**self._headers(language), **(headers or {})},
        )
        answer = self._send(request)
        try:
            body = answer.json() if answer.content else None
        except ValueError:
            body = None
        if answer.is_success:
            return body
        raise from_answer(answer.status_code, body)

    def text(self, path: str) -> str:
        """An answer that is no JSON, as text."""
        answer = self._send(self._client.build_request("GET", path, headers=self._headers("en")))
        if answer.is_success:
            return answer.text
        raise from_answer(answer.status_code, None)

    def _headers(self, language: str) -> dict[str, str]:
        key = self._key.value()
        return {"Accept-Language": language, **({"Authorization": f"Bearer {key}"} if key else {})}

    def _send(self, request: httpx.Request) -> httpx.Response:
        for pause in (*self._pauses, None):
            try:
                return self._client.send(request)
            except (httpx.ConnectError, httpx.ConnectTimeout) as down:
                if pause is None:
                    raise Unreachable("unreachable", self.url) from down
                time.sleep(pause)
            except httpx.TimeoutException as late:
                raise Slow("slow", self.url) from late
            except httpx.TransportError as broken:
                raise Unreachable("unreachable", self.url) from broken
        raise Unreachable("unreachable", self.url)
