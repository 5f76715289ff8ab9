"""Names that the command line offers, as constants: their registries import torch or albumentations.

A test compares each of them with its registry.
"""

HEADS = ("softmax", "l2_softmax", "arcface", "cosface", "sphereface", "center_loss")
BACKBONES = ("efficientnet_lite0", "mobilenet_v2", "resnet18", "resnet34", "wide_resnet50_2")
DEMO_FAMILIES = ("flange", "chip_package", "lozenge", "screw", "woven_fabric", "leather")
FAMILIES = (
    *DEMO_FAMILIES,
    *("cable", "carpet", "grid", "hazelnut", "metal_nut", "tile", "toothbrush", "wood", "zipper"),
)
GENERATORS = (
    *("generic_object", "generic_texture"),
    *("bottle", "cable", "capsule", "carpet", "grid", "hazelnut", "leather", "metal_nut", "pill", "screw", "tile"),
    *("toothbrush", "transistor", "wood", "zipper", "electrical_commutator", "wood_laminate"),
    *("anomaly_twin", "cutpaste", "cutpaste_scar", "cutpaste_3way", "nsa_object", "nsa_texture"),
    *("draem", "memseg", "fpi"),
    *("CATEGORY-TYPE", "CATEGORY-without-TYPE", "category"),
)
LEAVE_ONE_OUT = "leave_one_out"
RECIPE = {
    "several": 0,
    "hard_negatives": 0,
    "last_severity": 1,
    "label_share": 0.1,
    "learning_rate": 0.001,
    "distance": 1,
    "averaged_epochs": 1,
    "crop": 1,
    "batch_statistics": 1,
    "finest": 8,
    "coarsest": 16,
}
"""Settings of the usual training recipe."""
