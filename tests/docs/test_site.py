"""The documentation as a site: complete, in order, as on a Git host, and without a network."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import markdown
import pytest
import yaml
from markdown_it import MarkdownIt

from local.docs.site_links import Repository
from local.docs.site_lists import with_wide_lists
from tests.docs.built_site import PageReader, build

type Nav = str | list["Nav"] | dict[str, "Nav"]

DOCS = Path("docs")
ELSEWHERE = re.compile(r"(?:[a-z]+:)?//")
IN_STYLES = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")
SECTIONS = ["Home", "Tutorial", "How-to guides", "Reference", "Explanation"]
PAGES = {"CHANGELOG.md": "changelog.md", "README.md": "index.md", "infra/grafana/README.md": "g.md"}


class _Loader(yaml.SafeLoader):
    """Reads mkdocs.yml: what MkDocs makes of its own tags does not matter here."""


_Loader.add_multi_constructor("", lambda _loader, _tag, _node: None)
CONFIG = yaml.load(Path("mkdocs.yml").read_text(), _Loader)  # noqa: S506 - a safe loader
MADE_FROM = {uri: Path(path) for path, uri in CONFIG["extra"]["pages_elsewhere"].items()}


def listed(nav: Nav) -> Iterator[str]:
    """The pages of a navigation, in its order."""
    if isinstance(nav, str):
        yield nav
    else:
        for entry in nav if isinstance(nav, list) else nav.values():
            yield from listed(entry)


def source_of(uri: str) -> Path:
    """The file that a page is made from."""
    own = DOCS / uri
    return own if own.exists() else MADE_FROM[uri]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    folder = tmp_path_factory.mktemp("site")
    done = build(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, PageReader]:
    """Every page of the built site."""
    return {path: PageReader.read(path.read_text()) for path in sorted(site.rglob("*.html"))}


def test_every_page_is_in_the_navigation_exactly_once() -> None:
    """A page that is nowhere is read by nobody; a page in two places is read twice."""
    in_docs = {str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")}
    assert Counter(listed(CONFIG["nav"])) == Counter(in_docs | set(MADE_FROM))


def test_the_navigation_goes_by_what_the_reader_wants() -> None:
    """Learn it, get something done, look something up, understand it."""
    nav = cast("list[dict[str, Nav]]", CONFIG["nav"])
    assert [title for entry in nav for title in entry] == SECTIONS


def test_a_page_fetches_nothing_from_elsewhere(site: Path, pages: dict[Path, PageReader]) -> None:
    """The site works in a network that reaches nothing, and tells nobody who reads it."""
    for path, page in pages.items():
        assert page.fetched, path
        for address in page.fetched:
            assert not ELSEWHERE.match(address), f"{path.name} fetches {address}"
            below = site if address.startswith("/") else path.parent  # the page 404 may be anywhere
            file = below / address.partition("?")[0].lstrip("/")
            assert address.startswith("data:") or file.exists(), f"{path.name} fetches {address}"
        # The theme would fetch the script that draws these from a public host.
        assert "mermaid" not in page.classes, path
    for styles in site.rglob("*.css"):
        for found in IN_STYLES.findall(styles.read_text()):
            assert not ELSEWHERE.match("".join(found)), f"{styles.name} fetches {found}"


def test_links_lead_to_pages_and_sections_of_the_site(pages: dict[Path, PageReader]) -> None:
    """Also those that lead out of docs/ in the repository."""
    for path, page in pages.items():
        if path.name == "404.html":
            continue
        for link in page.links:
            if ELSEWHERE.match(link) or link.startswith("mailto:"):
                continue
            target, _, anchor = link.partition("#")
            goal = (path.parent / target).resolve() if target not in {"", "."} else path
            assert goal in pages or goal.is_file(), f"{path.name} links to {link}"
            assert not anchor or anchor in pages[goal].ids, f"{path.name} links to {link}"


@pytest.mark.parametrize("uri", list(listed(CONFIG["nav"])))
def test_a_page_is_built_as_on_a_git_host(uri: str, site: Path) -> None:
    """Lists, tables and commands are what CommonMark makes of them, or a reader misses a step."""
    text = source_of(uri).read_text()
    at_host = PageReader.read(
        f"<article>{MarkdownIt('commonmark').enable('table').render(text)}</article>"
    )
    name = re.sub(r"README$", "index", uri.removesuffix(".md"))
    here = PageReader.read((site / f"{name}.html").read_text())
    assert at_host.parts["h1"] == 1
    assert here.parts == at_host.parts


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """What the site is made of, to be changed."""
    repository = tmp_path / "repository"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(DOCS, repository / DOCS)
    shutil.copytree("local/docs", repository / "local/docs", ignore=ignored)
    shutil.copytree("infra", repository / "infra")
    for path in ("mkdocs.yml", "README.md", "CHANGELOG.md"):
        shutil.copy(path, repository / path)
    return repository


@pytest.mark.parametrize(
    ("source_url", "shown"),
    [
        ("", "See templates."),
        (
            "https://git.example.com/steward/blob/main/",
            'See <a href="https://git.example.com/steward/blob/main/azure.yaml#x">templates</a>.',
        ),
    ],
)
def test_links_into_the_repository_go_where_its_files_can_be_read(
    source_url: str, shown: str, copied: Path
) -> None:
    """Whoever publishes the site names the host; without one the words stay, and no dead link."""
    (copied / "azure.yaml").write_text("name: x\n")
    glossary = copied / "docs/glossary.md"
    glossary.write_text(f"{glossary.read_text()}\nSee [templates](../azure.yaml#x).\n")
    done = build(copied / "built", repository=copied, SOURCE_URL=source_url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert shown in (copied / "built/glossary.html").read_text()


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("docs/glossary.md", "[gone](../gone/README.md)", "gone/README.md"),
        ("docs/glossary.md", "[gone](gone.md)", "gone.md"),
        ("docs/glossary.md", "[gone](index.md#gone)", "#gone"),
        ("docs/glossary.md", "![gone](images/gone.svg)", "images/gone.svg"),
        ("infra/grafana/README.md", "[gone](../../docs/gone.md)", "docs/gone.md"),
        ("docs/new.md", "# A page that is in no navigation", "new.md"),
    ],
)
def test_what_leads_nowhere_ends_the_build(path: str, text: str, said: str, copied: Path) -> None:
    """A site with a dead link, a missing picture or a hidden page is not published."""
    page = copied / path
    page.write_text(f"{page.read_text() if page.exists() else ''}\n{text}\n")
    done = build(copied / "built", repository=copied)
    assert done.returncode != 0
    assert said in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("page", "link", "made"),
    [
        ("events.md", "[c](../CHANGELOG.md#x)", "[c](changelog.md#x)"),
        ("adr/one.md", "[c](../../CHANGELOG.md)", "[c](../changelog.md)"),
        ("adr/one.md", "[e](../events.md)", "[e](../events.md)"),
        ("g.md", "[e](../../docs/events.md#x)", "[e](events.md#x)"),
        ("g.md", "[c](../../CHANGELOG.md)", "[c](changelog.md)"),
        ("index.md", "[h](../README.md)", "[h](index.md)"),
        ("events.md", "[m](../Makefile), [n](#x)", "[m](https://h/blob/Makefile), [n](#x)"),
        ("events.md", "[w](https://example.com/../a)", "[w](https://example.com/../a)"),
        ("events.md", "[p](../nothing)", "[p](../nothing)"),
        ("events.md", "![p](../Makefile)", "![p](https://h/blob/Makefile)"),
    ],
)
def test_links_are_made_to_fit_the_site(page: str, link: str, made: str, tmp_path: Path) -> None:
    """Relative paths in the repository become paths in the site, whichever folder they are in."""
    for path in (*PAGES, "docs/adr/one.md", "docs/events.md", "docs/index.md", "Makefile"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    assert Repository(tmp_path, PAGES, "https://h/blob/").rewrite(link, page) == made


@pytest.mark.parametrize(
    "text",
    [
        "text\n- a\n- b",
        "- a\n\n      make run\n\n  more\n- b",
        "1. a\n\n       make run\n\n   more\n2. b\n   goes on",
        "- a\n  - b\n    - c\n- d",
        "1. a\n   - b\n     goes on\n2. c",
        "- a\ngoes on lazily\n- b",
        "10. a\n\n    more\n11. b",
        "- a\n  ```sh\n  make run\n  ```\n- b",
        "*   wide\n\n    more\n*   b",
        "    - no list but a command",
        "```\n- no list\n```",
        "- ",
    ],
)
def test_lists_are_built_as_commonmark_says(text: str) -> None:
    """Whatever belongs to an item stays with it."""
    at_host = PageReader.read(f"<article>{MarkdownIt('commonmark').render(text)}</article>")
    extensions = ["sane_lists", "pymdownx.superfences"]
    made = markdown.markdown(with_wide_lists(text), extensions=extensions)
    assert PageReader.read(f"<article>{made}</article>").parts == at_host.parts


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- - a", "two lists begin on one line"),
        ("1. - a", "two lists begin on one line"),
        ("> - a", "can't show this list"),
    ],
)
def test_lists_that_the_site_can_not_show_are_refused(text: str, said: str) -> None:
    """Whoever writes one is told, and no reader sees it in pieces."""
    with pytest.raises(ValueError, match=said):
        with_wide_lists(text)
