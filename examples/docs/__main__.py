"""Build the documentation: `python -m examples.docs OUT`.

Writes a static site with search to OUT: a page for each transform and preset, the READMEs by their sections, recipes,
and the reference of the modules. Needs `mkdocs-material` and `mkdocstrings[python]`. Afterwards every link of the site
is checked; a dead link or a page above 300 kB is an error.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from examples.docs.check import faults_of
from examples.docs.site import build, write_source


def main(argv: list[str] | None = None) -> int:
    """Build and check the site; return 0 if it has no fault."""
    parser = argparse.ArgumentParser(prog="python -m examples.docs", description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the site, written anew")
    parser.add_argument("--source", type=Path, metavar="DIR", help="keep the Markdown and the images in this folder")
    parser.add_argument("--size", type=int, default=256, metavar="PX", help="side of the rendered parts (default: 256)")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as temporary:
        source = arguments.source or Path(temporary)
        config = write_source(source, arguments.out, size=arguments.size)
        build(config)
    faults = faults_of(arguments.out)
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(list(arguments.out.rglob('*.html')))} pages in {arguments.out}, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
