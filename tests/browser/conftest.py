"""A real browser (Debian's chromium, driven by Playwright), and a server of pages on loopback."""

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from shared.adapters.report import Page

if TYPE_CHECKING:
    from playwright.async_api import Browser
    from playwright.async_api import Page as Tab

SCREENSHOTS = Path(__file__).parents[2] / ".run" / "screenshots"
_CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)


@dataclass
class Served:
    """Pages over HTTP, with the headers that the desk sends; and what was asked for."""

    address: str
    pages: dict[str, Page]
    asked: list[str] = field(default_factory=list)

    def put(self, name: str, page: Page) -> str:
        """Serve a page; returns its address."""
        self.pages[f"/{name}"] = page
        return f"{self.address}/{name}"


@pytest.fixture
def served() -> Iterator[Served]:
    """A server on a free port of the loopback interface."""
    found: list[Served] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served = found[0]
            served.asked.append(self.path)
            page = served.pages.get(self.path)
            self.send_response(200 if page else 404)
            if page:
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", page.content_security_policy)
            self.end_headers()
            self.wfile.write(page.html.encode() if page else b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as above
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        found.append(Served(f"http://127.0.0.1:{server.server_port}", {}))
        yield found[0]
        server.shutdown()
        thread.join()


@pytest.fixture
async def browser() -> "AsyncIterator[Browser]":
    """Chromium, for one test."""
    playwright = pytest.importorskip("playwright.async_api", reason="Playwright is not installed")
    if _CHROMIUM is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    async with playwright.async_playwright() as started:
        # Its sandbox needs rights that containers lack; it only sees pages that are made here.
        launched = await started.chromium.launch(
            executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield launched
        await launched.close()


def troubles_of(tab: "Tab") -> list[str]:
    """Collects errors of script, refusals of the policy and dialogs; stays empty on a good page."""
    found: list[str] = []
    tab.on("pageerror", lambda error: found.append(f"script: {error}"))
    tab.on("dialog", lambda dialog: found.append(f"dialog: {dialog.message}"))
    tab.on(
        "console",
        lambda said: found.append(said.text) if said.type in {"error", "warning"} else None,
    )
    return found
