"""A generated data set in FiftyOne: images, masks, boxes and types of the defects.

    python -m examples.fiftyone_dataset DIR [--name defects]

DIR is what `defectsynth generate` wrote in the layout of MVTec AD. FiftyOne keeps data sets in a MongoDB, which its
package brings along on most systems.
"""

import argparse
import json
from pathlib import Path

import fiftyone as fo
from fiftyone.core.metadata import ImageMetadata

GOOD = "good"


def read_samples(folder: Path) -> list[fo.Sample]:
    """Return a sample for each line of the manifest: "type", "defects" (boxes) and "mask", if it has defects."""
    samples = []
    for line in (folder / "manifest.jsonl").read_text().splitlines():
        row = json.loads(line)
        path = folder / row["image"]
        sample = fo.Sample(filepath=str(path.absolute()), tags=[row["split"]])
        size = ImageMetadata.build_for(sample.filepath)
        boxes = [
            fo.Detection(
                label=defect["defect_type"] or defect["kind"],
                bounding_box=_share_of(defect["box"], size.width, size.height),
                kind=defect["kind"],
                severity=defect["severity"],
            )
            for defect in row["defects"]
        ]
        sample["type"] = fo.Classification(label=boxes[0].label if boxes else GOOD)
        sample["defects"] = fo.Detections(detections=boxes)
        if row.get("mask"):
            sample["mask"] = fo.Segmentation(mask_path=str((folder / row["mask"]).absolute()))
        samples.append(sample)
    return samples


def _share_of(box: list[int], width: int, height: int) -> list[float]:
    """Return a box (x_min, y_min, x_max, y_max) in pixels as FiftyOne has it: x, y, width, height as shares."""
    x_min, y_min, x_max, y_max = box
    return [x_min / width, y_min / height, (x_max - x_min) / width, (y_max - y_min) / height]


def main() -> None:
    """Load the data set and open the app."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--name", default="defects")
    arguments = parser.parse_args()
    dataset = fo.Dataset(arguments.name, overwrite=True)
    dataset.add_samples(read_samples(arguments.folder))
    fo.launch_app(dataset).wait()


if __name__ == "__main__":
    main()
