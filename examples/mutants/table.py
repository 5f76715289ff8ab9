"""The hand-made bugs: one line of code changed, and the tests that are run against it."""

from __future__ import annotations

from typing import NamedTuple


class Mutant(NamedTuple):
    """One bug.

    Attributes:
        file: path of the module, from the root of the repository.
        before: text that occurs exactly once in it.
        after: text put in its place.
        tests: test files or folders that are run, and words for `-k` after a colon.
    """

    file: str
    before: str
    after: str
    tests: str


ENGINE, TRAINING, CLI = "defectsynth/engine/", "defectsynth/training/", "defectsynth/cli/"
CORE, HEADS, SCORING = "defectsynth/core/", "dml_heads/", "eval/scoring/"
PIPELINES = "tests/engine/test_pipeline.py tests/engine/test_seeding.py"
CONTRACT = "tests/test_contract.py:Scratch or BentEdge or ColorSpot or CutPaste"
TWINS = "tests/training"
JOB = "tests/cli"
LOSSES = "tests/heads"
METRICS = "tests/eval/test_metrics.py"
NEAREST = "tests/eval/test_nearest.py"

MUTANTS = (
    # pipeline: seeds, order, probabilities
    Mutant(
        ENGINE + "pipeline.py", "return seed if number == ROOT else seed_at(seed, number)", "return seed", PIPELINES
    ),
    Mutant(ENGINE + "pipeline.py", "np.random.SeedSequence((seed, number))", "np.random.SeedSequence(seed)", PIPELINES),
    Mutant(
        ENGINE + "pipeline.py",
        "return number + 1 + index + _descendants(node.transforms[:index])",
        "return number + 1 + index",
        PIPELINES,
    ),
    Mutant(
        ENGINE + "pipeline.py",
        "accumulate(weight / total for weight in weights)",
        "accumulate(1.0 for weight in weights)",
        "tests/presets tests/engine tests/test_reference.py",
    ),
    Mutant(ENGINE + "pipeline.py", "size=node.n, replace=node.replace", "size=1, replace=node.replace", PIPELINES),
    Mutant(
        ENGINE + "pipeline.py",
        "if forced or _applied(node, seed, number):",
        "if True:",
        "tests/engine/test_pipeline.py tests/training",
    ),
    Mutant(ENGINE + "steps.py", "or node.p < 1.0:", "or node.p < 0.0:", "tests/engine/test_pipeline.py tests/training"),
    Mutant(
        ENGINE + "steps.py",
        "if len(kinds) < 2:",
        "if len(kinds) < 3:",
        "tests/engine/test_pipeline.py tests/training",
    ),
    # pipeline, records and masks
    Mutant(
        ENGINE + "pipeline.py",
        'return {"box": [x, y, x + width, y + height]',
        'return {"box": [x, y, width, height]',
        PIPELINES,
    ),
    Mutant(
        ENGINE + "pipeline.py",
        "self.marks = self.marks + [Mark(patch.box, patch.mask) for patch in drawing.patches]",
        "self.marks = [Mark(patch.box, patch.mask) for patch in drawing.patches]",
        PIPELINES,
    ),
    Mutant(
        ENGINE + "pipeline.py",
        "self.records = self.records + drawing.records(next_draw(self.records))",
        "self.records = self.records + drawing.records(0)",
        PIPELINES,
    ),
    Mutant(
        ENGINE + "pipeline.py",
        "self.roi = None if self.roi is None else moved.pop()",
        "moved = moved if self.roi is None else moved[:-1]",
        PIPELINES,
    ),
    Mutant(
        ENGINE + "pipeline.py",
        "if (same & (self.mask != 0)).any():",
        "if False:",
        "tests/engine tests/test_contract_of_presets.py",
    ),
    Mutant(ENGINE + "compat.py", "if seed is not None and place:", "if seed is not None and not place:", PIPELINES),
    Mutant(ENGINE + "compat.py", "if worker != self._worker:", "if False:", PIPELINES),
    Mutant(ENGINE + "compat.py", "return list(parent.transforms[place + 1 :])", "return []", PIPELINES),
    Mutant(
        ENGINE + "compat.py",
        'return f"defectsynth.{cls.__name__}" if _is_ours(cls)',
        'return f"{cls.__module__}.{cls.__name__}" if _is_ours(cls)',
        "tests/engine tests/test_saved_files.py",
    ),
    Mutant(
        ENGINE + "compat.py",
        "return kind(**upgrade(kind.__name__, arguments))",
        "return kind(**arguments)",
        "tests/test_saved_files.py",
    ),
    # transform and targets
    Mutant(
        ENGINE + "rendering.py",
        "if self._drawing is None or image is not self._source:",
        "if self._drawing is None:",
        "tests/engine/test_pipeline.py tests/engine/test_host_pipelines.py",
    ),
    Mutant(
        ENGINE + "transform.py",
        "low if low == high else int(rng.integers(low, high, endpoint=True))",
        "low",
        "tests/engine/test_host_pipelines.py",
    ),
    Mutant(ENGINE + "transform.py", "min_visibility=self.min_visibility,", "min_visibility=0.0,", CONTRACT),
    Mutant(
        ENGINE + "rendering.py",
        "return DrawingCache()",
        "return self",
        "tests/engine/test_pipeline.py tests/engine/test_host_pipelines.py",
    ),
    Mutant(
        ENGINE + "targets.py",
        "region[empty] = on",
        "region[defect] = on",
        "tests/engine/test_pipeline.py tests/engine/test_host_pipelines.py",
    ),
    Mutant(
        ENGINE + "targets.py",
        "return 1.0 if value is None else value",
        "return 255.0 if value is None else value",
        "tests/engine/test_pipeline.py tests/engine/test_host_pipelines.py",
    ),
    Mutant(
        ENGINE + "targets.py",
        "return min(255, np.iinfo(dtype).max)",
        "return np.iinfo(dtype).max",
        "tests/engine/test_pipeline.py tests/engine/test_host_pipelines.py",
    ),
    Mutant(
        ENGINE + "targets.py",
        "np.maximum(np.rint(soft * on), 1)",
        "np.rint(soft * on)",
        "tests/engine tests/capabilities tests/test_contract.py:Stain",
    ),
    Mutant(
        ENGINE + "targets.py",
        "region[defect] = moved[defect]",
        "pass",
        "tests/engine/test_pipeline.py tests/engine/test_host_pipelines.py",
    ),
    Mutant(
        ENGINE + "targets.py",
        "paired = len(frames) == len(masks)",
        "paired = False",
        "tests/engine/test_pipeline.py tests/engine/test_host_pipelines.py",
    ),
    Mutant(
        ENGINE + "targets.py",
        "moved[:, :2] = recipe.forward(moved[:, :2])",
        "moved[:, :2] = moved[:, :2]",
        "tests/engine/test_pipeline.py tests/engine/test_host_pipelines.py",
    ),
    Mutant(
        ENGINE + "targets.py",
        '{**record, "box": None, "area": None} for record in fresh',
        "record for record in fresh",
        "tests/engine/test_pipeline.py tests/engine/test_host_pipelines.py",
    ),
    Mutant(
        ENGINE + "targets.py",
        "np.copyto(result, mask, where=~changed)",
        "pass",
        "tests/engine/test_pipeline.py tests/engine/test_host_pipelines.py",
    ),
    # rendering and patches: the contract
    Mutant(ENGINE + "rendering.py", "patch.contrast >= min_visibility", "patch.contrast >= 0.0", CONTRACT),
    Mutant(
        ENGINE + "rendering.py",
        "return drop_restored_pixels(patch, original=scene.image, peak=scene.peak)",
        "return patch",
        "tests/engine/test_rendering.py",
    ),
    Mutant(
        ENGINE + "rendering.py",
        'Drawing(np.array(image, order="C"), scene.peak)\n    for _ in range(count)',
        "Drawing(np.asarray(image), scene.peak)\n    for _ in range(count)",
        CONTRACT,
    ),
    Mutant(CORE + "patch.py", "change = cv2.bitwise_and(change, change, mask=allowed)", "pass", CONTRACT),
    Mutant(
        CORE + "patch.py",
        "after = np.minimum(after, after.dtype.type(peak))",
        "pass",
        "tests/engine/test_white_level.py",
    ),
    Mutant(
        CORE + "patch.py",
        "if unchanged <= (1.0 - MIN_CHANGED_SHARE) * area else",
        "if True else",
        "tests/test_contract.py:Streak or Tape or ColorSpot or PatchSwap",
    ),
    Mutant(CORE + "images.py", "if not brightest <= level <= full:", "if False:", "tests/engine/test_white_level.py"),
    Mutant(
        CORE + "images.py",
        "minVal=-FLOAT_TOLERANCE, maxVal=1.0 + FLOAT_TOLERANCE",
        "minVal=-300.0, maxVal=300.0",
        "tests/engine/test_white_level.py",
    ),
    # twins
    Mutant(TRAINING + "twins.py", "loader = worker_seed() if self._copied else 0", "loader = 0", TWINS),
    Mutant(
        TRAINING + "twins.py",
        "(self.seed, epoch, position, reads, loader)",
        "(self.seed, epoch, position, loader)",
        TWINS,
    ),
    Mutant(
        TRAINING + "twins.py",
        "(self.seed, epoch, position, reads, loader)",
        "(self.seed, position, reads, loader)",
        TWINS,
    ),
    Mutant(
        TRAINING + "twins.py",
        "(seed, epoch, position // 2, reads, loader, PAIR)",
        "(seed, epoch, position, reads, loader, PAIR)",
        TWINS,
    ),
    Mutant(TRAINING + "twins.py", "self._counts[1 + position] = reads + 1", "self._counts[1] = reads + 1", TWINS),
    Mutant(
        TRAINING + "twins.py", "int(bool(state.records)), int(index)", "1 - (int(index) + 1) % 2, int(index)", TWINS
    ),
    Mutant(TRAINING + "twins.py", "for seed in seeds if step.draws else shared:", "for seed in seeds:", TWINS),
    Mutant(TRAINING + "twins.py", "steps(transform)  # raises", "()  # raises", "tests/training tests/engine"),
    Mutant(TRAINING + "twins.py", "if rng.random() < self.hard_negatives:", "if False:", TWINS),
    Mutant(TRAINING + "twins.py", "self._counts[:] = counts", "pass", TWINS),
    Mutant(TRAINING + "curriculum.py", "leaf.severity *= scale", "leaf.severity = scale", TWINS),
    Mutant(TRAINING + "curriculum.py", "self(min(epoch / self.duration, 1.0))", "self(1.0)", TWINS),
    # the job of the command line
    Mutant(CLI + "sampling.py", "(seed, number, attempt) if attempt else (seed, number)", "(seed, attempt)", JOB),
    Mutant(CLI + "job.py", "del self.drawn[number]", "pass", "tests/cli/test_resume.py"),
    Mutant(CLI + "job.py", "del self.checked[source]", "pass", "tests/cli/test_resume.py"),
    Mutant(CLI + "job.py", 'if data and not data.endswith(b"\\n"):', "if False:", "tests/cli/test_resume.py"),
    Mutant(CLI + "job.py", "not _reopened(output)", "False", "tests/cli"),
    Mutant(CLI + "job.py", "(output / JOURNAL).unlink(missing_ok=True)", "pass", "tests/cli"),
    Mutant(CLI + "writing.py", "temporary.replace(path)", "path.write_bytes(temporary.read_bytes())", "tests/cli"),
    Mutant(CLI + "generate.py", "return 1 if failures else 0", "return 0", "tests/cli"),
    # heads
    Mutant(HEADS + "arcface.py", "torch.cos(theta + self.margin),", "torch.cos(theta - self.margin),", LOSSES),
    Mutant(
        HEADS + "arcface.py", "torch.cos(theta) - self.margin * math.sin(self.margin),", "torch.cos(theta),", LOSSES
    ),
    Mutant(HEADS + "cosface.py", "true_logit - self.scale * self.margin", "true_logit - self.margin", LOSSES),
    Mutant(
        HEADS + "sphereface.py",
        "sign * torch.cos(margin * theta) - 2 * k",
        "sign * torch.cos(margin * theta) - k",
        LOSSES,
    ),
    Mutant(ENGINE + "workers.py", "if (worker := worker_seed()) == self.worker:", "if True:", PIPELINES),
    Mutant(HEADS + "sphereface.py", "self.scale * length * annealed", "self.scale * annealed", LOSSES),
    Mutant(HEADS + "center_loss.py", "/ (1 + seen)", "/ seen", LOSSES),
    Mutant(
        HEADS + "center_loss.py",
        "centers - self.center_rate * difference",
        "centers + self.center_rate * difference",
        LOSSES,
    ),
    Mutant(HEADS + "center_loss.py", "self._move_centers(rows.detach(), label)", "pass", LOSSES),
    Mutant(HEADS + "l2_softmax.py", "self.alpha * unit(rows)", "self.alpha * rows / rows.norm()", LOSSES),
    # metrics
    Mutant(SCORING + "metrics.py", "2 * precision * recall / np.maximum", "precision * recall / np.maximum", METRICS),
    Mutant(SCORING + "metrics.py", "difference = tpr - fpr", "difference = tpr", METRICS),
    Mutant(SCORING + "metrics.py", "tnr=float(1 - fpr[pair])", "tnr=float(fpr[pair])", METRICS),
    Mutant(
        SCORING + "metrics.py",
        "types = sorted({str(name) for name in names[~good]})",
        "types = list({str(name) for name in names[~good]})",
        METRICS,
    ),
    Mutant(SCORING + "metrics.py", "1 / np.bincount(regions.ravel())[regions[mask]]", "1.0", METRICS),
    Mutant(SCORING + "metrics.py", "connectivity=_WITH_DIAGONALS", "connectivity=4", METRICS),
    Mutant(SCORING + "metrics.py", "np.interp(limit, fpr, overlap)", "overlap[inside - 1]", METRICS),
    Mutant(
        SCORING + "memory_bank.py", "hidden=(int(own[0]), int(own[1]))", "hidden=(0, 0)", "tests/eval/test_clusters.py"
    ),
    Mutant("defectsynth/fitting/fit.py", "level if image.dtype == np.uint16 else None", "None", "tests/fitting"),
    Mutant(SCORING + "metrics.py", "if not 0 < bad < defective.size:", "if not 0 <= bad <= defective.size:", METRICS),
)
