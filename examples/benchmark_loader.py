"""Time that a training waits for defects: ResNet-18 and a DataLoader whose workers draw.

    python -m examples.benchmark_loader [--workers 8] [--batch 64] [--size 256] [--steps 100] [--only none screw]

The workers flip and draw into rendered parts, uint8; batches go to the device from pinned memory without blocking.
Waiting is the time between the end of one step and the start of the next on the device (CUDA events; on a CPU, the time
in which the loader is asked), as a share of the whole. `none` is the same loader without defects.
"""

import argparse
import itertools
import time
from typing import Any

import cv2
import torch
from torch.utils.data import DataLoader, Dataset
from torchvision.models import resnet18
from torchvision.transforms import v2

from defectsynth.torch import DefectModule
from eval.sample_set import render_part

PARTS = ("chip_package", "flange", "leather", "lozenge", "screw", "woven_fabric")
DIFFERENT = 24  # parts
WARM_UP = 20  # steps
NAMES = ("none", "generic_object", "screw")
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


class Parts(Dataset[Any]):
    """Good parts and, in a share of them, a defect."""

    def __init__(self, images: list[torch.Tensor], transform: Any, length: int) -> None:
        self.images, self.transform, self.length = images, transform, length

    def __len__(self) -> int:
        """Return the number of items."""
        return self.length

    def __getitem__(self, index: int) -> Any:
        """Return image and label."""
        sample = self.transform(self.images[index % len(self.images)])
        return (sample.image, sample.label) if isinstance(sample, tuple) else (sample, 0)


def one_thread(number: int) -> None:  # noqa: ARG001  the loader hands it over
    """Let OpenCV use one thread in a worker."""
    cv2.setNumThreads(1)


class Clock:
    """Points in time of the device; on a CPU those of the process."""

    def __init__(self, device: torch.device) -> None:
        self.cuda = device.type == "cuda"
        self.points: list[Any] = []

    def mark(self) -> None:
        """Note the time at which the device gets here."""
        if self.cuda:
            self.points.append(torch.cuda.Event(enable_timing=True))
            self.points[-1].record()
        else:
            self.points.append(time.perf_counter())

    def intervals(self) -> list[float]:
        """Return the milliseconds between neighbouring points."""
        if self.cuda:
            torch.cuda.synchronize()
        pairs = itertools.pairwise(self.points)
        return [first.elapsed_time(second) if self.cuda else 1e3 * (second - first) for first, second in pairs]


def measure(
    transform: Any, images: list[torch.Tensor], arguments: argparse.Namespace, *, half: bool
) -> tuple[float, float]:
    """Return milliseconds a step and the share of them in which the device waits."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = resnet18(num_classes=2).to(device, memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)
    loader = DataLoader(
        Parts(images, transform, (WARM_UP + arguments.steps) * arguments.batch),
        arguments.batch,
        shuffle=True,
        num_workers=arguments.workers,
        pin_memory=device.type == "cuda",
        worker_init_fn=one_thread,
        prefetch_factor=4 if arguments.workers else None,
    )
    normalize = v2.Compose([v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD)])
    clock = Clock(device)
    clock.mark()
    for inputs, labels in loader:
        clock.mark()
        batch = normalize(inputs.to(device, non_blocking=True)).contiguous(memory_format=torch.channels_last)
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            loss = torch.nn.functional.cross_entropy(model(batch), labels.to(device, non_blocking=True))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        clock.mark()
    intervals = clock.intervals()[2 * WARM_UP :]
    waiting, working = sum(intervals[::2]), sum(intervals[1::2])
    return (waiting + working) / arguments.steps, waiting / (waiting + working)


def main() -> None:
    """Print a row for each name, share of defects and precision."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--only", nargs="+", default=NAMES, metavar="NAME", help="defects and presets to draw, or none")
    parser.add_argument("--shares", nargs="+", type=float, default=[0.5, 1.0], help="of images with a defect")
    arguments = parser.parse_args()
    torch.backends.cudnn.benchmark = True
    parts = [render_part(PARTS[n % len(PARTS)], size=arguments.size, seed=n)[0] for n in range(DIFFERENT)]
    images = [torch.from_numpy(part).movedim(-1, 0).contiguous() for part in parts]
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    print(f"{device}, torch {torch.__version__}")
    print(f"{arguments.workers} workers, batch {arguments.batch}, {arguments.size} px, {arguments.steps} steps")
    for name in arguments.only:
        for share in [0.0] if name == "none" else arguments.shares:
            flip = v2.RandomHorizontalFlip()
            transform = flip if name == "none" else v2.Compose([flip, DefectModule(name, p=share)])
            for half in (False, True):
                step, waiting = measure(transform, images, arguments, half=half)
                rate = 1e3 * arguments.batch / step
                print(
                    f"{name:16s}{share:5.0%} with a defect   {'bfloat16' if half else 'float32 ':9s}"
                    f"{step:7.1f} ms a step   {rate:6.0f} images/s   waiting {waiting:6.1%}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
