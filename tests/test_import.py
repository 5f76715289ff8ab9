"""Importing the library is light, quiet and offline."""

import subprocess
import sys

from defectsynth.engine.compat import IS_X

CHECK = """
import socket, sys
def refuse(*arguments, **options):
    raise AssertionError("importing must make no network call")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
import defectsynth
heavy = {"hypothesis", "torch", "torchvision", "sklearn", "tqdm", "yaml", "dml_heads", "eval"} & set(sys.modules)
print(*sorted(heavy))
"""


def test_the_import_loads_no_heavy_package_and_makes_no_network_call() -> None:
    done = subprocess.run([sys.executable, "-c", CHECK], capture_output=True, text=True, check=True)
    imported_by_albumentations = {"torch", "tqdm", "yaml"} if IS_X else {"yaml"}
    assert set(done.stdout.split()) <= imported_by_albumentations
    assert done.stderr == ""


NAMES = """
import defectsynth, pickle, sys
early = set(sys.modules)
assert set(defectsynth.__all__) <= set(dir(defectsynth))
from defectsynth import AnomalyTwins, presets
assert pickle.loads(pickle.dumps(AnomalyTwins)) is AnomalyTwins is defectsynth.AnomalyTwins
assert presets is defectsynth.presets is sys.modules["defectsynth.presets"]
from defectsynth import *
missing = [name for name in defectsynth.__all__ if name not in globals()]
assert not missing, missing
print(*sorted(each for each in ("fitting", "presets", "training.twins") if f"defectsynth.{each}" in early))
"""


def test_names_that_are_imported_later_behave_like_the_others() -> None:
    done = subprocess.run([sys.executable, "-c", NAMES], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("", "")
