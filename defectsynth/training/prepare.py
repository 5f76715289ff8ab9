"""Measure the images of a data set before a training, so that its first epoch costs no more than the others."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.cache import WATCHED
from defectsynth.core.images import checked_peak
from defectsynth.core.measurements import READ_ONLY, current_store, use_store
from defectsynth.core.messages import short_repr
from defectsynth.core.parameters import checked_whole
from defectsynth.core.processes import follow_parent, interrupts_held
from defectsynth.engine.compat import leaves
from defectsynth.engine.synthesis import check_transform
from defectsynth.engine.transform import DefectTransform
from defectsynth.scene.foreground import Foreground, foreground_in
from defectsynth.scene.scene import Scene
from defectsynth.training.reading import ImageLike, check_images, errors_of, read_image_of

TRIED_IMAGES, TRIED_SEEDS = 4, 3  # images and seeds with which each defect is drawn, to see what it measures
TOGETHER = 16  # images that a worker gets at once
WAITING_BATCHES = 2  # of each worker, running and next

UNUSABLE = (FileNotFoundError, TypeError, ValueError)  # errors of an image

Measured = tuple[int, list[tuple[int, Exception]]]  # number of images, index and error of those that cannot be used
Measurement = tuple[Callable[[Foreground], Any] | None, str]  # of a foreground, by its method; None: itself


class Prepared(NamedTuple):
    """Summary of a call of `prepare`.

    Attributes:
        images: number of images that were measured.
        measurements: number of measurements on each of them.
    """

    images: int
    measurements: int


def prepare(
    images: Sequence[ImageLike],
    transform: Any,
    *,
    store: str | Path | None = None,
    workers: int = 1,
    peak: float | None = None,
    progress: Callable[[int, int], object] | None = None,
    on_error: Callable[[int, Exception], object] | None = None,
) -> Prepared:
    """Find on every image what the defects of a transform will ask for, and keep it.

    Each defect is drawn a few times to see what it measures: the object, its axis, corners, parts, inserts and shadow.
    These are then measured on all images. An interrupted call goes on where it stopped: what the store holds is not
    measured again. Defects draw the same bytes with and without this; only the first epoch gets faster.

    Measurements at a drawn place, such as the direction of threads, cost the same in every epoch and are not prepared.

    Args:
        images: arrays or paths, as `AnomalyTwins` takes them: as the defects see them, after resizing.
        transform: a defect or a composition, such as a preset.
        store: folder to keep the measurements in, see `use_store`, of up to 1024 MiB unless it is in use with another
            limit; None takes the store in use or, without one, the memory of this process, which forked workers
            inherit.
        workers: number of processes, at least 1; more than one needs a store, and a script then needs
            `if __name__ == "__main__":`, as with every spawned process.
        peak: white level of uint16 images, see `synthesize`.
        progress: called after every image or batch with the number of images done and of all.
        on_error: called with the index and the error of each image that cannot be used; the others are measured. None
            raises the first of these errors.

    Returns:
        The number of images and of measurements on each.

    Raises:
        TypeError: if `images` is no sequence, `transform` holds no defect, or `progress` or `on_error` is no function.
        ValueError: if `images` is empty, `workers` is below 1, several workers have no store, or the store in use is
            only read.
        FileNotFoundError, TypeError, ValueError: without `on_error`, if an image file is missing or broken, or no image
            that defects can be drawn into; the error names it.
        OSError: if the store cannot be written.

    Examples:
        >>> import tempfile
        >>> import numpy as np
        >>> import defectsynth as ds
        >>> images = [np.full((64, 64, 3), level, np.uint8) for level in (90, 120)]
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     prepared = ds.prepare(images, ds.presets.generic_object(), store=folder)
        >>> prepared.images
        2
    """
    check_images(images)
    check_transform(transform)
    defects = [leaf for leaf in leaves(transform) if isinstance(leaf, DefectTransform)]
    if not defects:
        raise TypeError(f"transform must hold a defect, got {short_repr(transform)}")
    workers = checked_whole("workers", workers, least=1)
    level = None if peak is None else checked_peak(peak)
    for name, function in (("progress", progress), ("on_error", on_error)):
        if function is not None and not callable(function):
            raise TypeError(f"{name} must be callable or None, got {short_repr(function)}")
    with nullcontext() if store is None or _is_written(store) else use_store(store):
        used = current_store()
        if workers > 1 and used is None:
            raise ValueError(f"workers must be 1 without a store, got {workers}")
        if used is not None and used.limit == READ_ONLY:
            raise ValueError(f"store must be one that is written, got {used.folder} in use with write=False")
        if used is not None:
            used.error = None  # of an earlier call
        asked = _asked_by(defects, images, level, skips=on_error is not None)
        batches = [range(start, min(start + TOGETHER, len(images))) for start in range(0, len(images), TOGETHER)]
        done = failed = 0
        for number, errors in _measured(images, batches, asked, level, workers):
            _report(errors, on_error)
            done, failed = done + number, failed + len(errors)
            if progress is not None:
                progress(done, len(images))
    return Prepared(len(images) - failed, len(asked))


def _report(errors: list[tuple[int, Exception]], on_error: Callable[[int, Exception], object] | None) -> None:
    """Hand errors of images over, or raise the first one."""
    for index, error in errors:
        if on_error is None:
            raise error
        on_error(index, error)


def _is_written(folder: str | Path) -> bool:
    """Return whether a folder is the store in use and written."""
    used = current_store()
    return used is not None and used.limit != READ_ONLY and used.folder == Path(folder).resolve()


def _asked_by(
    defects: Sequence[DefectTransform], images: Sequence[ImageLike], peak: float | None, *, skips: bool
) -> list[Measurement]:
    """Return the measurements that defects ask for on images spread over the sequence.

    Args:
        defects: all of a transform.
        images: see `prepare`.
        peak: see `prepare`.
        skips: whether the next image takes the place of one that cannot be used.
    """
    calls: dict[Any, tuple[Any, ...]] = {}
    WATCHED.append(calls)
    try:
        for image in _tried(images, peak, skips=skips):
            for defect in defects:
                for seed in range(TRIED_SEEDS):
                    defect.draw(image, seed=seed, peak=peak)
    finally:
        WATCHED.remove(calls)
    found: dict[Measurement, None] = {}
    for (call, _), arguments in calls.items():
        if call is foreground_in:
            found[None, arguments[-1]] = None
        elif len(arguments) == 1 and isinstance(arguments[0], Foreground):
            found[call, arguments[0].method] = None
    return list(found)


def _tried(images: Sequence[ImageLike], peak: float | None, *, skips: bool) -> Iterator[Array]:
    """Yield images spread over the sequence; see `_asked_by`."""
    waiting = iter(range(len(images)))
    for chosen in sorted({round(at) for at in np.linspace(0, len(images) - 1, TRIED_IMAGES)}):
        for number in waiting:
            if number < chosen:
                continue
            try:
                image = _scene(images, number, peak).image
            except UNUSABLE:
                if not skips:
                    raise
                continue
            yield image
            break


def _scene(images: Sequence[ImageLike] | Mapping[int, ImageLike], index: int, peak: float | None) -> Scene:
    """Return an image of a sequence to measure on; the errors name it."""
    image = read_image_of(images, index)
    with errors_of(images, index):
        return Scene(image, peak=peak)


def _measured(
    images: Sequence[ImageLike], batches: list[range], asked: list[Measurement], peak: float | None, workers: int
) -> Iterator[Measured]:
    """Measure batches of images; yield what `_measure` returns for each as it is done."""
    if workers == 1:
        for batch in batches:
            yield from (_measure({index: images[index]}, asked, peak) for index in batch)
        return
    # A forked process could wait for threads of OpenCV or torch that exist in its parent only.
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_start)
    waiting, running = iter(batches), set[Future[Measured]]()
    try:
        while True:
            for batch in islice(waiting, WAITING_BATCHES * workers - len(running)):
                some = {index: images[index] for index in batch}
                with interrupts_held():  # so that a process which starts here leaves Ctrl-C to this one
                    running.add(pool.submit(_measure, some, asked, peak))
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _start() -> None:
    """Prepare a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
    follow_parent()


def _measure(images: Mapping[int, ImageLike], asked: list[Measurement], peak: float | None) -> Measured:
    """Measure images; return their number, and index and error of those that cannot be used.

    Raises:
        OSError: if the store cannot be written.
    """
    errors: list[tuple[int, Exception]] = []
    for index in images:
        try:
            scene = _scene(images, index, peak)
        except UNUSABLE as error:
            errors.append((index, error))
            continue
        for call, method in asked:
            found = scene.foreground(method)
            if call is not None:
                call(found)
    store = current_store()
    if store is not None and store.error is not None:
        raise store.error
    return len(images), errors
