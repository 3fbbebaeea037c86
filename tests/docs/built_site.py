"""The documentation site, built once as `make site` builds it, and read as a browser reads it."""

import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

# Ends the build as soon as it looks a name up or connects.
BUILD = """
import runpy, sys
def refuse(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname"}:
        raise RuntimeError(f"the build went out: {event} {arguments}")
sys.addaudithook(refuse)
sys.argv = ["mkdocs", *sys.argv[1:]]
runpy.run_module("mkdocs", run_name="__main__")
"""
OWN = {"SITE_URL", "SOURCE_URL"}  # what mkdocs.yml reads
STRUCTURE = {
    *("h1", "h2", "h3", "h4", "p", "ul", "ol", "li", "pre", "blockquote"),
    *("table", "tr", "th", "td", "strong", "em", "img"),
}


def build(
    folder: Path, *, repository: Path = Path(), **environment: str
) -> subprocess.CompletedProcess[str]:
    """Build the site of a repository into a folder, strictly and without any network."""
    command = [sys.executable, "-c", BUILD, "build", "--strict", "--site-dir", str(folder)]
    kept = {name: value for name, value in os.environ.items() if name not in OWN}
    return subprocess.run(  # noqa: S603 - our own command
        command,
        cwd=repository,
        env={**kept, "NO_MKDOCS_2_WARNING": "1", **environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@dataclass
class PageReader(HTMLParser):
    """What a page refers to, its anchors, and how its text is built.

    Attributes:
        fetched: what the browser fetches by itself: scripts, styles, pictures.
        links: where links lead.
        ids: what links can lead to.
        classes: of all elements.
        parts: how many elements of each kind the text of the page has.
    """

    fetched: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    parts: Counter[str] = field(default_factory=Counter)
    in_text: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    @classmethod
    def read(cls, html: str) -> "PageReader":
        """Read a whole page."""
        reader = cls()
        reader.feed(html)
        return reader

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of an element."""
        given = {name: value or "" for name, value in attrs}
        self.ids.add(given.get("id", ""))
        self.classes.update(given.get("class", "").split())
        if tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "link" and given.get("rel") in {"canonical", "next", "prev"}:
            self.links.append(given["href"])
        else:
            self.fetched += [
                given[name] for name in ("src", "href", "data", "srcset") if given.get(name)
            ]
        self.in_text |= tag == "article"
        self.parts[tag] += self.in_text and tag in STRUCTURE

    def handle_endtag(self, tag: str) -> None:
        """Know where the text of the page ends."""
        if tag == "article":
            self.in_text = False
