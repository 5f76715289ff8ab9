"""The READMEs of the repository as pages: long ones split at their sections, links rewritten."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SPLIT = {  # README: folder of its sections
    "defectsynth/README.md": "library",
    "eval/README.md": "evaluation",
}
WHOLE = {  # README: its page
    "README.md": "index.md",
    "defectsynth/transforms/README.md": "contributing.md",
    "defectsynth/integrations/README.md": "integrations.md",
    "examples/gallery/README.md": "gallery.md",
    "defectsynth/CHANGES.md": "changes.md",
}
_LINK = re.compile(r"(!?)\[([^]]*)\]\(([^)\s]+)\)")
_CODE = re.compile(r"(```.*?```)", re.DOTALL)


class Page(NamedTuple):
    """Page of the site: its place below the source folder, title, Markdown, and the file that it comes from."""

    path: str
    title: str
    text: str
    origin: str


def pages() -> list[Page]:
    """Return the pages of all READMEs, with links to pages and images of the site."""
    found = [_whole(name, path) for name, path in WHOLE.items()]
    for name, folder in SPLIT.items():
        found += _sections(name, folder)
    anchors = _anchors(found)
    return [page._replace(text=_relinked(page, anchors)) for page in found]


def _whole(name: str, path: str) -> Page:
    text = (ROOT / name).read_text(encoding="utf-8")
    title = text.partition("\n")[0].removeprefix("# ")
    return Page(path, title, text, name)


def _sections(name: str, folder: str) -> list[Page]:
    """Return a page for the head of a README and one for each of its sections."""
    head, *sections = re.split(r"^## ", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = [Page(f"{folder}/index.md", head.partition("\n")[0].removeprefix("# "), head, name)]
    for section in sections:
        title, _, text = section.partition("\n")
        text = re.sub(r"^##(#+ )", r"#\1", text, flags=re.MULTILINE)
        found.append(Page(f"{folder}/{anchor(title)}.md", title, f"# {title}\n{text}", name))
    return found


def anchor(heading: str) -> str:
    """Return the anchor that a heading gets."""
    return re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-")


def _anchors(found: list[Page]) -> dict[str, str]:
    """Return for README#SECTION, and for each README, the page where it is now."""
    where = {}
    for page in found:
        where.setdefault(page.origin, page.path)
        for heading in re.findall(r"^#+ (.*)$", _CODE.sub("", page.text), re.MULTILINE):
            own = "" if anchor(heading) == anchor(page.title) else f"#{anchor(heading)}"
            where[f"{page.origin}#{anchor(heading)}"] = page.path + own
    return where


def _relinked(page: Page, anchors: dict[str, str]) -> str:
    """Return the text of a page with links that hold on the site."""

    def replaced(match: re.Match[str]) -> str:
        image, text, link = match.groups()
        path, _, section = link.partition("#")
        target = os.path.relpath((ROOT / page.origin).parent / path, ROOT) if path else page.origin
        start = Path(page.path).parent
        if "://" in link:
            return match[0]
        if image:
            return f"![{text}]({os.path.relpath(f'images/{Path(target).name}', start)})"
        wanted = f"{target}#{section}" if section else target
        if wanted in anchors:
            return f"[{text}]({os.path.relpath(anchors[wanted], start)})"
        return text if text.startswith("`") else f"`{text}`"  # a file or folder of the repository

    parts = _CODE.split(page.text)
    return "".join(part if part.startswith("```") else _LINK.sub(replaced, part) for part in parts)


def images() -> list[Path]:
    """Return the images that the READMEs show."""
    found = []
    for name in (*WHOLE, *SPLIT):
        text = _CODE.sub("", (ROOT / name).read_text(encoding="utf-8"))
        found += [(ROOT / name).parent / link for image, _, link in _LINK.findall(text) if image and "://" not in link]
    return found
