"""Check of a static site: dead links, requests to other hosts, pages that are too large."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

MAX_PAGE_SIZE = 300_000  # bytes
LOADED = {"img": "src", "script": "src", "link": "href", "iframe": "src"}  # what a browser loads by itself


class _Page(HTMLParser):
    """The links, the loaded files and the anchors of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take over what a tag refers to."""
        given = dict(attrs)
        if named := given.get("id") or (given.get("name") if tag == "a" else None):
            self.anchors.add(named)
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        if tag in LOADED and given.get(LOADED[tag]) and given.get("rel") != "canonical":
            self.loaded.append(str(given[LOADED[tag]]))


def faults_of(site: Path) -> list[str]:
    """Return one line for each fault of a site.

    Args:
        site: folder with HTML files.
    """
    pages = {path.resolve(): _Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    if not pages:
        return [f"{site} must hold HTML files, got none"]
    faults = []
    for path, page in pages.items():
        name = path.relative_to(site.resolve())
        if (size := path.stat().st_size) > MAX_PAGE_SIZE:
            faults.append(f"{name}: {size} bytes, more than {MAX_PAGE_SIZE}")
        faults += [f"{name}: loads {link} from another host" for link in page.loaded if urlsplit(link).netloc]
        faults += [f"{name}: dead link {link}" for link in page.links + page.loaded if _is_dead(link, path, pages)]
    return faults


def _is_dead(link: str, path: Path, pages: dict[Path, _Page]) -> bool:
    """Return whether a link from a page leads to no file, or to no anchor of a page; other hosts are not asked."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or path.name == "404.html":  # whose links start at the root of a server
        return False
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    target = target / "index.html" if target.is_dir() else target
    if target not in pages:
        return not target.is_file()
    return bool(parts.fragment) and unquote(parts.fragment) not in pages[target].anchors | {"__skip"}
