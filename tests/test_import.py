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
