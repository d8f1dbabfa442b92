"""Take the pictures of docs/pictures from a running demo: `make screenshots` (needs Debian's chromium)."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import httpx
from playwright.sync_api import Page

from tests.ui.browsing import CHROMIUM, chromium

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
UI, API = "http://127.0.0.1:8501", "http://127.0.0.1:8000"


def main() -> int:
    """Open each page of a running demo and keep a picture of it."""
    if not CHROMIUM:
        print("Install chromium first (Debian: apt-get install chromium).", file=sys.stderr)
        return 1
    try:
        httpx.get(f"{API}/livez", timeout=2, trust_env=False)
    except httpx.HTTPError:
        print("Start the demo first: make demo.", file=sys.stderr)
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    home = Path(sys.argv[1] if len(sys.argv) > 1 else ".tropa")
    key = (home / "keys" / "ui").read_text().strip()
    answer = httpx.get(f"{API}/v1/journeys", headers={"Authorization": f"Bearer {key}"}, timeout=10, trust_env=False)
    journey = max(answer.json()["items"], key=lambda each: int(each["entered"]))["id"]
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-GB")
        for name, path in {
            "home": "/",
            "journeys": "/journeys",
            "journey": f"/journey?id={journey}",
            "editor": f"/editor?id={journey}",
            "funnel": f"/funnel?id={journey}",
            "contacts": "/contacts",
            "phones": "/phones",
        }.items():
            take(page, f"{UI}{path}{'&' if '?' in path else '?'}lang=en", PICTURES / f"{name}.png")
    return 0


def take(page: Page, url: str, to: Path) -> None:
    """One page, when Streamlit has come to rest."""
    page.goto(url)
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=30_000)
    time.sleep(2)
    page.screenshot(path=to)
    print(to)


if __name__ == "__main__":
    raise SystemExit(main())
