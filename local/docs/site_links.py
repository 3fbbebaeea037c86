"""A hook of MkDocs: pages that don't lie in docs/, and links that leave docs/.

The pages are written for Git hosts, where every link is a path in the repository. The site has only
docs/ and the pages of `extra.pages_elsewhere`; links to anything else in the repository go to
`extra.source_url`, or become plain text when there is none.
"""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

_LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)")
_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")


@dataclass(frozen=True, slots=True)
class Repository:
    """What the site knows of the repository around docs/.

    Attributes:
        root: the folder of the repository.
        pages: path in the repository -> path of the page in the site, for pages outside docs/.
        source_url: what a path is put behind to read that file; empty when nowhere.
    """

    root: Path
    pages: Mapping[str, str]
    source_url: str

    def path_of(self, page: str) -> str:
        """Where the file of a page is in the repository."""
        elsewhere = {uri: path for path, uri in self.pages.items()}
        own = (self.root / "docs" / page).exists()
        return f"docs/{page}" if own else elsewhere[page]

    def page_of(self, path: str) -> str | None:
        """The page that a file of the repository is, if it is one or belongs to docs/."""
        return self.pages.get(path) or (path[5:] if path.startswith("docs/") else None)

    def rewrite(self, markdown: str, page: str) -> str:
        """The text of a page with links that work in the site.

        A link to a file that does not exist is left alone: MkDocs tells of it.
        """
        here = self.path_of(page)
        return _LINK.sub(lambda found: self._link(found, here, page), markdown)

    def _link(self, found: re.Match[str], here: str, page: str) -> str:
        text, (target, hash_, anchor) = found["text"], found["target"].partition("#")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(here), target))
        if not target or _ADDRESS.match(target) or not (self.root / path).exists():
            return found[0]
        if uri := self.page_of(path):
            way = posixpath.relpath(uri, posixpath.dirname(page) or ".")
            return f"[{text}]({way}{hash_}{anchor})"
        return f"[{text}]({self.source_url}{path}{hash_}{anchor})" if self.source_url else text


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that don't lie in docs/."""
    repository = _repository(config)
    for path, uri in repository.pages.items():
        if files.get_file_from_path(uri) is None:
            source = str(repository.root / path)
            files.append(File.generated(config, uri, abs_src_path=source))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, **_: object) -> str:
    """Make the links of a page fit the site."""
    return _repository(config).rewrite(markdown, page.file.src_uri)


def _repository(config: MkDocsConfig) -> Repository:
    extra = config.extra
    return Repository(
        Path(config.docs_dir).parent, extra["pages_elsewhere"], extra["source_url"] or ""
    )
