"""Text of any origin made safe to show: characters that hide or reorder others become visible."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

# C0 and C1 controls, marks and embeddings that change the direction of text, line separators, lone surrogates
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str, *, keep: str = "") -> str:
    r"""Replace control characters by their escapes, such as ``\u202e``.

    Args:
        text: any text, such as the name of a file.
        keep: control characters that stay.

    Examples:
        >>> visible("gnp\u202e.exe")
        'gnp\\u202e.exe'
    """
    return _HIDDEN.sub(lambda found: found[0] if found[0] in keep else f"\\u{ord(found[0]):04x}", text)


def visible_lines(text: str) -> Markup:
    """Escape text of several lines for HTML; line breaks and tabs stay."""
    return escape(visible(text, keep="\n\t"))


def finalize(value: object) -> object:
    """Make a value of a template visible; markup stays, as its texts have been made visible before."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
