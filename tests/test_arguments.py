"""Every bad argument is refused with its rule, and the docstrings state the bounds that are checked."""

import inspect
import re
from pathlib import Path
from typing import Any

import albumentations as A
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.core.parameters import Choice, Choices, Component, Count, Label, Number, Rule, Span
from defectsynth.engine.compat import TARGETS
from defectsynth.engine.targets import first_image
from defectsynth.engine.transform import COMMON_RULES, DefectTransform
from defectsynth.io.sources import SourceRule
from defectsynth.registry import public_components, public_transforms
from tests.images import write_image

TRANSFORMS = public_transforms()
COMPONENTS = (*public_components(), ds.Curriculum)
BASES = (ds.fields.Field, ds.looks.Look, ds.shapes.Shape, ds.places.Where)
every_transform = pytest.mark.parametrize("kind", TRANSFORMS, ids=lambda kind: kind.__name__)
CALLABLE = (
    {kind.__name__: kind for kind in (*COMPONENTS, *BASES)}
    | {name: getattr(ds, name) for name in ds.__all__}
    | {
        "A": A,
        "np": np,
        "first_image": first_image,
        "image": np.full((16, 20), 90, np.uint8),
        "nan": float("nan"),
    }
)


def rules_of(kind: type[Any]) -> dict[str, Rule]:
    """Return the rule of every argument that has one, of a component or a transform."""
    if issubclass(kind, Component):
        return kind.rules()
    template = kind()
    rules = {name: rule for part in template.components for name, rule in part.rules().items()} | COMMON_RULES
    return {name: rule for name, rule in rules.items() if name in kind.argument_names()}


def bad_values(rule: Any) -> tuple[str, list[tuple[str, type[Exception]]]]:
    """Return the text of a rule, and expressions that break it with the exceptions that they raise."""
    if isinstance(rule, (Choice, Choices)):
        names, several = ", ".join(rule.names), isinstance(rule, Choices)
        first = repr(rule.names[0])
        if not several:
            return f"one of {names}", [("'violet'", ValueError), ("3", TypeError), (f"({first},)", TypeError)]
        wrong = ["()", "('violet',)", f"({first}, {first})", f"({first}, 'violet')"]
        text = f"a non-empty list of different names out of {names}"
        return text, [(value, ValueError) for value in wrong] + [(first, TypeError), ("None", TypeError)]
    if isinstance(rule, SourceRule):
        text = "a folder, an image file, a list of files or arrays, a callable or None"
        return text, [("3", TypeError), ("()", ValueError), ("(3,)", TypeError), ("{}", TypeError)]
    if isinstance(rule, Label):
        wrong = ["'rust spot'", "'a/b'", "'..'", repr("x" * 65)]
        return "made of letters, digits, _ and -", [(value, ValueError) for value in wrong] + [("None", TypeError)]
    low, high = rule.low, rule.high
    if isinstance(rule, Number):
        wrong = [repr(low - 1), repr(high + 1), "nan"]
        text = f"a number in [{low:g}, {high:g}]"
        return text, [(value, ValueError) for value in wrong] + [(v, TypeError) for v in ("'1'", "None", "True")]
    wrong = [f"({low - 1!r}, {high!r})", f"({low!r}, {high + 1!r})", f"({high!r}, {low!r})"]
    types = [repr(high), "('1', '2')", f"({low!r},)", "(True, True)", "None"]
    if isinstance(rule, Count):
        types += [f"({low}, {low + 0.5})", f"(nan, {high})"]
        text = f"whole numbers (low, high) with {low} <= low <= high <= {high}"
    else:
        assert isinstance(rule, Span)
        wrong += [f"(nan, {high!r})"]
        text = f"(low, high) with {low:g} <= low <= high <= {high:g}"
    return text, [(value, ValueError) for value in wrong] + [(value, TypeError) for value in types]


RANGES = [
    (f"{kind.__name__}({name}={value})", error, re.escape(f"{name} must be {text}, got {value}"))
    for kind in (*TRANSFORMS, *COMPONENTS)
    for name, rule in rules_of(kind).items()
    for text, values in [bad_values(rule)]
    for value, error in values
]
MISSPELLED = [
    (f"{kind.__name__}(violet=1)", TypeError, rf"{kind.__name__} takes only the arguments .*; got violet")
    for kind in (*TRANSFORMS, *COMPONENTS)
]
PLACES = "where must be a Where or one of anywhere, object, edge, inside, ring, got "
NO_IMAGE = r"image must be given \(or images, volume with an image\), "
TRANSFORM = "transform must be a defect or an albumentations composition, got "
OTHERS = [
    ("Scratch(length_range=(0.9, 0.1))", ValueError, r"0 <= low <= high <= 2, got \(0\.9, 0\.1\)"),
    ("Scratch((0.1, 0.2))", TypeError, "positional argument"),
    ("Scratch(p=1.5)", ValueError, r"p must be a number in \[0, 1\], got 1\.5"),
    ("Scratch(p=nan)", ValueError, r"p must be a number in \[0, 1\], got nan"),
    ("Scratch(p='often')", TypeError, r"p must be a number in \[0, 1\], got 'often'"),
    ("Scratch(p=True)", TypeError, r"p must be a number in \[0, 1\], got True"),
    ("Scratch(where='here')", ValueError, PLACES + "'here'"),
    ("Scratch(where=Color())", TypeError, re.escape(PLACES) + r"Color\("),
    ("Scratch(where=None)", TypeError, PLACES + "None"),
    ("Scratch(where={'type': 'Nowhere'})", ValueError, "type must be the name of .*, got 'Nowhere'; did you mean"),
    ("Scratch(where={'type': 'Color'})", TypeError, "where must be a Where, got {'type': 'Color'}"),
    ("Scratch(mask_value=0)", ValueError, r"mask_value must be a number in \[1e-06, 65535\], got 0"),
    ("Scratch(mask_value='on')", TypeError, r"mask_value must be a number in \[1e-06, 65535\], got 'on'"),
    ("PaintedDefect(shape=Color())", TypeError, r"shape must be a Shape, got Color\("),
    ("PaintedDefect(look='red')", TypeError, "look must be a Look, got 'red'"),
    ("PaintedDefect(blend=None)", TypeError, "blend must be a Blend, got None"),
    ("PaintedDefect(shape={'type': 'Spots', 'radius': 3})", TypeError, "Spots must have the fields .*, got 'radius'"),
    ("WarpedDefect(field=Spots())", TypeError, r"field must be a Field, got Spots\("),
    ("OnEdge(foreground='mine')", ValueError, "foreground must be one of auto, .*, got 'mine'"),
    ("synthesize(np.zeros((8, 8)), Line())", TypeError, "image must be uint8, uint16 or float32, got float64"),
    ("synthesize(image > 3, Line())", TypeError, "image must be uint8, uint16 or float32, got bool"),
    ("synthesize(image.tolist(), Line())", TypeError, r"image must be a numpy array \(H, W\) or \(H, W, C\), got list"),
    ("synthesize(image[:0], Line())", ValueError, r"image must be \(H, W\) or .* no empty axis, got shape \(0, 20\)"),
    ("synthesize(image[:, :, None][..., :0], Line())", ValueError, r"no empty axis, got shape \(16, 20, 0\)"),
    ("synthesize(image[None, :, :, None], Line())", ValueError, r"image must be .*, got shape \(1, 16, 20, 1\)"),
    ("synthesize(image[0], Line())", ValueError, r"image must be .*, got shape \(20,\)"),
    (
        "synthesize(np.full((8, 8), nan, np.float32), Line())",
        ValueError,
        "image must hold only finite numbers, got NaN",
    ),
    ("synthesize(image, Line(), roi=image[1:])", ValueError, r"height and width \(16, 20\), got shape \(15, 20\)"),
    ("synthesize(image, Line(), roi=image.tolist())", TypeError, "roi must be a numpy array, got list"),
    ("synthesize(image, A.Compose([Line(p=1)]), roi=image.T)", ValueError, r"roi must .*, got shape \(20, 16\)"),
    ("synthesize(image, Line(), seed=-1)", ValueError, "seed must be at least 0, got -1"),
    ("synthesize(image, Line(), seed=1.5)", TypeError, r"seed must be a whole number, got 1\.5"),
    ("synthesize(image, Line(), seed=True)", TypeError, "seed must be a whole number, got True"),
    ("synthesize(image, None)", TypeError, TRANSFORM + "None"),
    ("synthesize(image, 'Line')", TypeError, TRANSFORM.replace(", got ", ", not a name: .*, got ") + "'Line'"),
    ("synthesize(image, Line(), 3)", TypeError, "positional argument"),
    ("redraw(image, [{}])", ValueError, "defects must hold records with a recipe, got {}"),
    ("redraw(image, [{'recipe': {'type': 'Color'}}])", ValueError, "defects must hold records with a recipe, got {"),
    ("redraw(image, [{'recipe': {'type': 'Other'}}])", ValueError, "type must be the name of .*, got 'Other'"),
    ("redraw(np.zeros((8, 8)), [])", TypeError, "image must be uint8, uint16 or float32, got float64"),
    ("Line(p=1)(image=np.zeros((8, 8)))", TypeError, "image must be uint8, uint16 or float32, got float64"),
    ("Line(p=1)(image=image, roi=image[1:])", ValueError, r"roi must have .*, got shape \(15, 20\)"),
    ("Line(p=1, mask_value=256)(image=image, mask=image)", ValueError, "mask_value must .* fits uint8, got 256"),
    ("Line(p=1, mask_value=1.5)(image=image, mask=image)", ValueError, r"mask_value must .* uint8, got 1\.5"),
    ("first_image({'mask': image}, Line().target_of)", ValueError, NO_IMAGE + "got mask"),
    ("first_image({}, Line().target_of)", ValueError, NO_IMAGE + "got nothing"),
    ("Line(p=1)(mask=image)", ValueError, NO_IMAGE + "got mask"),
    ("Line(p=1)(images=[])", ValueError, NO_IMAGE + "got images"),
    *[(f"{kind.__name__}()", TypeError, f"{kind.__name__} is a base; a component must define ") for kind in BASES],
    ("Scratch(tones=(['dark'],))", TypeError, r"tones must be a non-empty list .*, got \(\['dark'\],\)"),
    ("PaintedDefect(shape={'type': {}})", ValueError, "type must be the name of a component or recipe, got {}"),
    ("synthesize(image, Line)", TypeError, TRANSFORM + "<class"),
    ("redraw(image, [3])", TypeError, r"defects must be a list of records, got \[3\]"),
    ("redraw(image, {})", TypeError, "defects must be a list of records, got {}"),
    ("synthesize(image, Line(), roi=image.astype(str))", TypeError, "roi must hold booleans or numbers, got <U"),
    ("synthesize(image, Line(), roi=image * nan)", ValueError, "roi must hold only finite numbers, got NaN"),
    ("find_foreground(image.tolist())", TypeError, r"image must be a numpy array \(H, W\) or \(H, W, C\), got list"),
    ("find_foreground(np.zeros((8, 8)))", TypeError, "image must be uint8, uint16 or float32, got float64"),
    ("AnomalyTwins(3, Line())", TypeError, "images must be a sequence of arrays or paths, got 3"),
    ("AnomalyTwins('a.png', Line())", TypeError, "images must be a sequence of arrays or paths, got 'a.png'"),
    ("AnomalyTwins([image], None)", TypeError, TRANSFORM + "None"),
    ("AnomalyTwins([[1]], Line())[0]", TypeError, r"images must hold arrays or paths, got \[1\]"),
    ("AnomalyTwins([image], Line()).set_epoch(-1)", ValueError, "epoch must be at least 0, got -1"),
    ("AnomalyTwins([image], Line()).set_epoch(1.0)", TypeError, r"epoch must be a whole number, got 1\.0"),
    ("AnomalyTwins([np.zeros((8, 8))], Line())[0]", TypeError, "image must be uint8, uint16 or float32, got float64"),
    ("AnomalyTwins([], Line())", ValueError, "images must hold at least one image, got none"),
    ("AnomalyTwins([image], Line(), rois=[])", ValueError, "one mask for each of the 1 images, got 0"),
    ("AnomalyTwins([image], Line(), several=1.1)", ValueError, r"several must be a number in \[0, 1\], got 1\.1"),
    ("AnomalyTwins([image], Line(), several='few')", TypeError, r"several must be .*, got 'few'"),
    ("AnomalyTwins([image], Line(), hard_negatives=-1)", ValueError, r"hard_negatives must be .*\[0, 1\], got -1"),
    ("AnomalyTwins([image], Line(), seed=-1)", ValueError, "seed must be at least 0, got -1"),
    ("AnomalyTwins([image], Line(), seed=1.0)", TypeError, r"seed must be a whole number, got 1\.0"),
    ("AnomalyTwins([image], Line(), seed=True)", TypeError, "seed must be a whole number, got True"),
    ("AnomalyTwins([image], Line(), seed='a')", TypeError, "seed must be a whole number, got 'a'"),
    ("AnomalyTwins([image], Line(), violet=1)", TypeError, "unexpected keyword argument 'violet'"),
    ("AnomalyTwins([image], Line(), rois=[image[1:]])[1]", ValueError, r"roi must have .*, got shape \(15, 20\)"),
    ("AnomalyTwins([image], Line())['first']", TypeError, "index must be a whole number, got 'first'"),
    ("AnomalyTwins([image], Line())[0:1]", TypeError, r"index must be a whole number, got slice"),
    ("find_foreground(image, method='magic')", ValueError, "method must be one of auto, .*, whole, got 'magic'"),
    ("find_foreground(image, 'otsu')", TypeError, "positional argument"),
]


@pytest.mark.parametrize(
    ("call", "error", "message"), [pytest.param(*row, id=row[0]) for row in (*RANGES, *MISSPELLED, *OTHERS)]
)
def test_a_bad_argument_is_refused_with_its_rule(call: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        eval(call, CALLABLE)  # noqa: S307  the test id is the call, so the call is a string
    assert type(caught.value) is error


@pytest.fixture
def defect_file(tmp_path: Path) -> str:
    """Return the path of an image file with a mask beside it."""
    image = np.full((8, 9), 90, np.uint8)
    image[2:6, 2:6] = 20
    write_image(tmp_path / "a_mask.png", image == 20)
    return str(write_image(tmp_path / "a.png", image))


@pytest.mark.parametrize("kind", [*TRANSFORMS, *COMPONENTS], ids=lambda kind: kind.__name__)
def test_the_bounds_are_allowed(kind: type[Any], defect_file: str) -> None:
    if inspect.isabstract(kind):
        assert not rules_of(kind)
        return
    for name, rule in rules_of(kind).items():
        if isinstance(rule, Number):
            allowed: list[Any] = [rule.low, rule.high]
        elif isinstance(rule, (Span, Count)):
            allowed = [(rule.low, rule.high), (rule.low, rule.low), (rule.high, rule.high), [rule.low, rule.high]]
        elif isinstance(rule, Label):
            allowed = ["", "thread_top", "Spot-2"]
        elif isinstance(rule, SourceRule):
            allowed = [None, defect_file, (defect_file, defect_file)]
        else:
            assert isinstance(rule, (Choice, Choices))
            allowed = list(rule.names) if isinstance(rule, Choice) else [rule.names, list(rule.names[:1])]
        for value in allowed:
            given = tuple(value) if isinstance(value, list) else value
            assert getattr(kind(**{name: value}), name) == given


def documented(kind: type[Any]) -> dict[str, str]:
    """Return the texts of the `Args:` section of a class by argument name."""
    found = re.search(r"^Args:\n((?:[ ]{4}.*\n?)+)", inspect.getdoc(kind) or "", re.MULTILINE)
    entries = re.split(r"^[ ]{4}(\w+): ", found[1], flags=re.MULTILINE)[1:] if found else []
    return {name: " ".join(text.split()) for name, text in zip(entries[::2], entries[1::2], strict=True)}


@pytest.mark.parametrize("kind", [*TRANSFORMS, DefectTransform, *COMPONENTS], ids=lambda kind: kind.__name__)
def test_documented_bounds_are_the_bounds_that_are_checked(kind: type[Any]) -> None:
    own = COMMON_RULES if kind is DefectTransform else rules_of(kind)
    stated = documented(kind)
    for name, rule in own.items():
        if name not in stated:
            assert name in COMMON_RULES or name in documented(ds.places.Where)  # documented at the base
        elif isinstance(rule, (Choice, Choices)):
            missing = [word for word in rule.names if not re.search(rf"\b{word}\b", stated[name])]
            assert not missing or "see `" in stated[name], f"{name} does not mention {missing}"
        elif isinstance(rule, SourceRule):
            assert f"; None is {rule.none}" in stated[name]
        elif isinstance(rule, Label):
            assert stated[name].endswith("; empty for its kind.")
        else:
            bounds = re.findall(r"in \[(-?[\d.]+), (-?[\d.]+)\]", stated[name])
            assert [(float(low), float(high)) for low, high in bounds] == [(rule.low, rule.high)], name


@every_transform
def test_every_argument_is_documented_and_checked_and_its_default_is_valid(kind: type[DefectTransform]) -> None:
    own = [name for name in inspect.signature(kind.__init__).parameters if name not in ("self", "common")]
    assert list(documented(kind)) == [*own, "common"]
    template = kind()
    rules = {name: rule for part in template.components for name, rule in part.rules().items()}
    for name in own:
        default = inspect.signature(kind.__init__).parameters[name].default
        if isinstance(default, Component):
            assert default in template.components
            continue
        assert name in rules, "an argument is common or the field of a component"
        assert rules[name].check(name, default) == default
        assert getattr(template, name) == default, "the component gets the default"


@every_transform
def test_every_argument_reaches_its_component(kind: type[DefectTransform], defect_file: str) -> None:
    rules = rules_of(kind)
    for name in (name for name in kind.argument_names() if name in rules):
        rule: Any = rules[name]
        if isinstance(rule, (Choice, Choices)):
            value: Any = rule.names[-1] if isinstance(rule, Choice) else rule.names[-1:]
        elif isinstance(rule, SourceRule):
            value = defect_file
        elif isinstance(rule, Label):
            value = "thread_top"
        else:
            value = rule.high if isinstance(rule, Number) else (rule.high, rule.high)
        transform = kind(**{name: value})
        assert getattr(transform, name) == value
        holders = [part for part in transform.components if name in part.rules()]
        assert name in COMMON_RULES or [getattr(part, name) for part in holders] == [value]


@every_transform
def test_the_docstring_lists_the_targets_and_shows_the_golden_image(kind: type[DefectTransform]) -> None:
    text = inspect.getdoc(kind) or ""
    listed = re.search(r"^Targets:\n    (.*)$", text, re.MULTILINE)
    assert listed is not None
    assert set(listed.group(1).split(", ")) == set(TARGETS)
    image = re.search(r"^!\[\w+\]\((tests/golden/\w+\.png)\)$", text, re.MULTILINE)
    assert image is not None
    assert (Path(__file__).parents[1] / image.group(1)).is_file()
