"""Source and configuration of the site, and its build with MkDocs."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Any

import yaml

from defectsynth.presets import CATEGORIES
from examples.docs import transforms
from examples.docs.readmes import ROOT, Page, images, pages

RECIPES = Path(__file__).parent / "recipes"
MODULES = {  # page of the reference: modules
    "Drawing": ("defectsynth.engine.synthesis", "defectsynth.engine.records", "defectsynth.engine.rendering"),
    "Training data": ("defectsynth.training.twins", "defectsynth.training.curriculum"),
    "Places": ("defectsynth.places",),
    "Shapes": ("defectsynth.shapes",),
    "Looks": ("defectsynth.looks",),
    "Fields": ("defectsynth.fields",),
    "Blending": ("defectsynth.blending.blend",),
    "Presets": ("defectsynth.presets", "defectsynth.presets.generic"),
    "Modes of the literature": ("defectsynth.reference",),
    "Torch": ("defectsynth.torch",),
    "anomalib": ("defectsynth.integrations.anomalib",),
    "Heads": ("dml_heads",),
}
THEME = {
    "name": "material",
    "font": False,  # no request to another host
    "features": ["navigation.indexes", "navigation.tabs", "navigation.prune", "content.code.copy", "search.suggest"],
}
HANDLER = {
    "paths": [str(ROOT)],
    "options": {
        "docstring_style": "google",
        "docstring_section_style": "table",
        "separate_signature": True,
        "show_source": False,
        "show_signature_annotations": True,
        "show_root_full_path": False,
        "members_order": "source",
    },
}


def write_source(folder: Path, out: Path, *, size: int) -> Path:
    """Write Markdown, images and the configuration.

    Args:
        folder: of the source; `docs` in it is written anew.
        out: folder of the site.
        size: side of the rendered parts in the images, in pixels.

    Returns:
        The configuration of MkDocs.
    """
    docs = folder / "docs"
    shutil.rmtree(docs, ignore_errors=True)
    (docs / "images").mkdir(parents=True)
    for image in images():
        shutil.copy(image, docs / "images" / image.name)
    transforms.write_images(docs / "images", size=size)
    shutil.copytree(ROOT / "tests" / "golden", docs / "transforms" / "tests" / "golden")  # of the docstrings
    readmes = pages()
    navigation = _navigation(docs, readmes)
    for page in readmes:
        _write(docs / page.path, page.text)
    config = folder / "mkdocs.yml"
    config.write_text(yaml.safe_dump(_configuration(docs, out, navigation), sort_keys=False), encoding="utf-8")
    return config


def _navigation(docs: Path, readmes: list[Page]) -> list[Any]:
    """Write the pages that are no README and return the navigation."""
    by_folder = {
        folder: [{page.title: page.path} for page in readmes if page.path.startswith(f"{folder}/")]
        for folder in ("library", "evaluation")
    }
    return [
        {"Start": "index.md"},
        {"Guide": by_folder["library"]},
        {"Transforms": _transforms(docs)},
        {"Presets": _presets(docs)},
        {"Recipes": _recipes(docs)},
        {"Integrations": "integrations.md"},
        {"Measuring": by_folder["evaluation"]},
        {"Gallery": "gallery.md"},
        {"Reference": _reference(docs)},
        {"Contributing": "contributing.md"},
        {"Changes": "changes.md"},
    ]


def _transforms(docs: Path) -> list[Any]:
    _write(docs / "transforms" / "index.md", transforms.list_page())
    _write(docs / "transforms" / "DefectTransform.md", transforms.base_page())
    sections: list[Any] = ["transforms/index.md", {"Every transform": "transforms/DefectTransform.md"}]
    for title, kinds in transforms.transforms_by_family().items():
        for kind in kinds:
            _write(docs / "transforms" / f"{kind.__name__}.md", transforms.transform_page(kind))
        sections.append({title: [{kind.__name__: f"transforms/{kind.__name__}.md"} for kind in kinds]})
    return sections


def _presets(docs: Path) -> list[Any]:
    _write(docs / "presets" / "index.md", transforms.preset_list())
    for category in CATEGORIES:
        _write(docs / "presets" / f"{category}.md", transforms.preset_page(category))
    return ["presets/index.md", *({category: f"presets/{category}.md"} for category in CATEGORIES)]


def _recipes(docs: Path) -> list[Any]:
    found = []
    for path in sorted(RECIPES.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        _write(docs / "recipes" / path.name, text)
        found.append({text.partition("\n")[0].removeprefix("# "): f"recipes/{path.name}"})
    return found


def _reference(docs: Path) -> list[Any]:
    found = []
    for title, modules in MODULES.items():
        name = title.lower().replace(" ", "_")
        options = "    options:\n      show_root_heading: true\n      heading_level: 2\n"
        options += "      filters: ['!^_']\n      show_if_no_docstring: false\n"
        _write(docs / "reference" / f"{name}.md", f"# {title}\n\n" + "\n".join(f"::: {m}\n{options}" for m in modules))
        found.append({title: f"reference/{name}.md"})
    return found


def _configuration(docs: Path, out: Path, navigation: list[Any]) -> dict[str, Any]:
    return {
        "site_name": "defectsynth",
        "docs_dir": str(docs.resolve()),
        "site_dir": str(out.resolve()),
        "use_directory_urls": False,  # the pages open from a disk, too
        "theme": THEME,
        "plugins": ["search", {"mkdocstrings": {"handlers": {"python": HANDLER}}}],
        "markdown_extensions": [
            "admonition",
            "tables",
            {"toc": {"permalink": True}},
            "pymdownx.highlight",
            "pymdownx.superfences",
        ],
        "validation": {"links": {"anchors": "warn", "unrecognized_links": "warn"}},
        "nav": navigation,
    }


def build(config: Path) -> None:
    """Build the site with MkDocs; warnings are errors.

    Raises:
        mkdocs.exceptions.Abort: if a page has a fault.
    """
    from mkdocs.commands.build import build as run  # noqa: PLC0415  an optional package
    from mkdocs.config import load_config  # noqa: PLC0415

    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    loaded = load_config(str(config), strict=True)
    loaded.plugins.on_startup(command="build", dirty=False)
    run(loaded)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
