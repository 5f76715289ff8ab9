"""The layouts of data sets by their names."""

from defectsynth.cli.layouts.base import Layout, Output
from defectsynth.cli.layouts.coco import CocoLayout, CocoPolygonsLayout
from defectsynth.cli.layouts.huggingface import HuggingFaceLayout
from defectsynth.cli.layouts.mvtec import MvtecLayout
from defectsynth.cli.layouts.semantic import SemanticLayout
from defectsynth.cli.layouts.webdataset import WebDatasetLayout
from defectsynth.cli.layouts.yolo import YoloLayout, YoloSegmentLayout

__all__ = ["LAYOUTS", "Layout", "Output"]
_ALL = (
    MvtecLayout(),
    CocoLayout(),
    CocoPolygonsLayout(),
    YoloLayout(),
    YoloSegmentLayout(),
    HuggingFaceLayout(),
    SemanticLayout(),
    WebDatasetLayout(),
)
LAYOUTS: dict[str, Layout] = {layout.name: layout for layout in _ALL}
