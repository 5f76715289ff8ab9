"""anomalib's DRAEM trained on its own Perlin anomalies and on defects of ours; detection of real defects.

    python -m examples.anomalib_draem --data DIR --out OUT [--categories screw pill]
        [--generators perlin textures category generic_object] [--seeds 0] [--steps 1000] [--jobs 1] ...

DIR has the layout of MVTec AD. Every training has the same steps, seeds, image size, batch and optimiser; only the
generator differs:

- `perlin`: anomalib's own generator without texture images, the noise itself is blended in;
- `textures`: anomalib's own generator with the images of `--textures DIR` (in the paper those of DTD, which anomalib
  downloads), or without the option with procedural textures of ours;
- `category`: our preset of the category; any other name: our preset or defect of that name.

The network of the last step is evaluated, no epoch is chosen. DRAEM needs about 700 epochs for the numbers of its
paper. Here the learning rate rises to twice that of the paper and falls to 0 over the steps (one cycle), because
anomalib's own schedule never ends in so few. Results are appended to OUT/results.jsonl; what is there is not run again.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch.nn.functional import avg_pool2d
from torchmetrics.functional.classification import binary_auroc

OWN = ("perlin", "textures")
GENERATORS = (*OWN, "category", "generic_object")
TEXTURES = 260  # procedural images, 20 of each kind
LEARNING_RATE = 2e-4  # greatest
WIDTH = 128  # channels of the first layer of the reconstruction; the discriminator has half of them
SMOOTHING_PX = 21  # of the anomaly map, for the score of the paper
METRICS = ("image_AUROC", "smoothed_image_AUROC", "pixel_AUROC", "pixel_AUPR", "pixel_AUPRO")


def write_textures(folder: Path, size: int) -> Path:
    """Write procedural textures and return their folder."""
    from defectsynth.functional.textures import TEXTURES as KINDS  # noqa: PLC0415

    folder.mkdir(parents=True)
    for number in range(TEXTURES):
        rng = np.random.default_rng(number)
        height = KINDS[sorted(KINDS)[number % len(KINDS)]](rng, (size, size), float(rng.uniform(4, 24)))
        low, high = rng.uniform(0, 255, (2, 3))
        image = low + np.clip(height, 0, 1)[..., None] * (high - low)
        cv2.imwrite(str(folder / f"{number:03d}.png"), image.astype(np.uint8))
    return folder


class FullPrecision(torch.nn.Module):
    """A loss outside of autocast: structural similarity needs more digits than bfloat16 has."""

    def __init__(self, loss: torch.nn.Module) -> None:
        super().__init__()
        self.loss = loss

    def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
        """Return the loss of float32 tensors."""
        with torch.autocast(tensors[0].device.type, enabled=False):
            return self.loss(*(tensor.float() for tensor in tensors))


def train(arguments: argparse.Namespace, category: str, generator: str, seed: int) -> dict[str, Any]:
    """Train one DRAEM and return its results."""
    warnings.simplefilter("ignore")
    from anomalib.callbacks import ModelCheckpoint  # noqa: PLC0415
    from anomalib.data import Folder  # noqa: PLC0415
    from anomalib.engine import Engine  # noqa: PLC0415
    from anomalib.metrics import AUPR, AUPRO, AUROC, Evaluator  # noqa: PLC0415
    from anomalib.models import Draem  # noqa: PLC0415
    from anomalib.models.image.draem.torch_model import (  # noqa: PLC0415
        DiscriminativeSubNetwork,
        ReconstructiveSubNetwork,
    )
    from lightning import seed_everything  # noqa: PLC0415
    from lightning.pytorch import Callback  # noqa: PLC0415

    from defectsynth.integrations.anomalib import NO_TEXTURES, use_defects  # noqa: PLC0415

    class ShortDraem(Draem):
        """DRAEM with a learning rate that ends with the steps."""

        def configure_optimizers(self) -> Any:
            """Return optimiser and schedule."""
            optimizer = torch.optim.Adam(self.model.parameters(), lr=arguments.learning_rate)
            cycle = torch.optim.lr_scheduler.OneCycleLR(
                optimizer, arguments.learning_rate, total_steps=arguments.steps + 1
            )
            return [optimizer], [{"scheduler": cycle, "interval": "step"}]

    class Stopwatch(Callback):
        """The time at which each step ended."""

        def __init__(self) -> None:
            self.times: list[float] = []

        def on_train_batch_end(self, *given: Any) -> None:
            """Note the time; the loss is on the CPU by now."""
            self.times.append(time.monotonic())

    torch.set_num_threads(arguments.threads)
    cv2.setNumThreads(1)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    seed_everything(seed, workers=True)
    root = arguments.data / category
    types = sorted(path.name for path in (root / "test").iterdir() if path.is_dir() and path.name != "good")
    data = Folder(
        name=category,
        root=root,
        normal_dir="train/good",
        normal_test_dir="test/good",
        abnormal_dir=[f"test/{kind}" for kind in types],
        mask_dir=[f"ground_truth/{kind}" for kind in types],
        val_split_mode="none",
        train_batch_size=arguments.batch,
        eval_batch_size=arguments.batch,
        num_workers=arguments.workers,
        seed=seed,
    )
    pixels = {"fields": ["anomaly_map", "gt_mask"], "prefix": "pixel_"}
    metrics = [
        AUROC(fields=["pred_score", "gt_label"], prefix="image_"),
        *(each(**pixels) for each in (AUROC, AUPR, AUPRO)),
    ]
    with tempfile.TemporaryDirectory() as folder:
        textures = NO_TEXTURES
        if generator == "textures":
            textures = arguments.textures or write_textures(Path(folder, "textures"), arguments.size)
        model = ShortDraem(
            dtd_dir=textures,
            pre_processor=Draem.configure_pre_processor((arguments.size, arguments.size)),
            post_processor=False,
            visualizer=False,
            evaluator=Evaluator(test_metrics=metrics),
        )
        if arguments.width != WIDTH:
            networks = model.model
            networks.reconstructive_subnetwork = ReconstructiveSubNetwork(base_width=arguments.width)
            networks.discriminative_subnetwork = DiscriminativeSubNetwork(6, 2, base_width=arguments.width // 2)
        if generator not in OWN:
            use_defects(model, category if generator == "category" else generator)
        model.loss = FullPrecision(model.loss)
        model.to(memory_format=torch.channels_last)
        quiet = {
            "logger": False,
            "enable_progress_bar": False,
            "enable_model_summary": False,
            "default_root_dir": folder,
        }
        watch, nowhere = Stopwatch(), ModelCheckpoint(save_top_k=0)
        fitting = {
            "max_steps": arguments.steps,
            "max_epochs": -1,
            "limit_val_batches": 0,
            "precision": arguments.precision,
        }
        Engine(callbacks=[nowhere, watch], **fitting, **quiet).fit(model, datamodule=data)
        (result,) = Engine(callbacks=[nowhere], **quiet).test(model, datamodule=data, verbose=False)
        scores = image_scores(model, data.test_dataloader())
    labels = torch.tensor([score["label"] for score in scores])
    result["smoothed_image_AUROC"] = binary_auroc(torch.tensor([score["smoothed"] for score in scores]), labels)
    steps = np.diff(watch.times)
    seconds = {"seconds": float(steps.sum()), "step_ms": 1e3 * float(np.median(steps[len(steps) // 2 :]))}
    settings = {
        key: getattr(arguments, key) for key in ("steps", "batch", "size", "width", "learning_rate", "precision")
    }
    numbers = {name: float(result[name]) for name in METRICS}
    return {
        "category": category,
        "generator": generator,
        "seed": seed,
        **settings,
        **seconds,
        **numbers,
        "scores": scores,
    }


def image_scores(model: Any, loader: Any) -> list[dict[str, Any]]:
    """Return type of defect, label and scores of every test image: the maximum, and that of the smoothed map."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model.to(device).eval()
    found = []
    for batch in loader:
        with torch.no_grad():
            maps = model.model(model.pre_processor.transform(batch.image.to(device))).anomaly_map[:, None]
        smooth = avg_pool2d(maps, SMOOTHING_PX, stride=1, padding=SMOOTHING_PX // 2).amax((1, 2, 3))
        rows = zip(batch.image_path, batch.gt_label.int().tolist(), maps.amax((1, 2, 3)), smooth, strict=True)
        found += [
            {"type": Path(path).parent.name, "label": label, "score": float(top), "smoothed": float(soft)}
            for path, label, top, soft in rows
        ]
    return found


def table(results: Sequence[dict[str, Any]]) -> str:
    """Return a table in Markdown, the mean of the seeds in each cell."""
    lines = [f"| category | trained on | {' | '.join(METRICS)} |", f"|{' --- |' * (2 + len(METRICS))}"]
    for key in dict.fromkeys((result["category"], result["generator"]) for result in results):
        runs = [result for result in results if (result["category"], result["generator"]) == key]
        cells = [f"{np.mean([run[name] for run in runs]):.3f}" for name in METRICS]
        lines.append(f"| {' | '.join([*key, *cells])} |")
    return "\n".join(lines)


def main() -> None:
    """Run all trainings, each in a process of its own, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--categories", nargs="+", default=["screw", "pill"])
    parser.add_argument("--generators", nargs="+", default=GENERATORS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--textures", type=Path, help="folder of texture images for the generator `textures`")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument(
        "--width", type=int, default=WIDTH, help="narrower networks for a machine without an accelerator"
    )
    parser.add_argument("--learning-rate", type=float, default=LEARNING_RATE, help="greatest of the cycle")
    parser.add_argument("--precision", default="32", choices=["32", "bf16-mixed"])
    parser.add_argument("--workers", type=int, default=0, help="of each loader")
    parser.add_argument("--threads", type=int, default=1, help="of torch in each process")
    parser.add_argument("--jobs", type=int, default=1, help="trainings at the same time")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        category, generator, seed = arguments.one
        print(json.dumps(train(arguments, category, generator, int(seed))))
        return
    arguments.out.mkdir(parents=True, exist_ok=True)
    file = arguments.out / "results.jsonl"
    known = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    done = {(result["category"], result["generator"], result["seed"]) for result in known}
    jobs = [
        (category, generator, seed)
        for seed in arguments.seeds
        for category in arguments.categories
        for generator in arguments.generators
        if (category, generator, seed) not in done
    ]

    def run(job: tuple[str, str, int]) -> None:
        command = [sys.executable, "-m", "examples.anomalib_draem", *sys.argv[1:], "--one", *map(str, job)]
        ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)  # noqa: S603
        line = ended.stdout.rstrip().rpartition("\n")[2]
        if ended.returncode:
            print(*job, f"failed with code {ended.returncode}\n{ended.stdout[-3000:]}", flush=True)
            return
        with file.open("a") as stream:
            stream.write(line + "\n")
        known.append(json.loads(line))
        print(*job, {name: round(known[-1][name], 4) for name in ("seconds", "step_ms", *METRICS)}, flush=True)

    with ThreadPoolExecutor(arguments.jobs) as pool:
        list(pool.map(run, jobs))
    print(table(known))


if __name__ == "__main__":
    main()
