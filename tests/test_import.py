"""Importing the library is light and quiet."""

import subprocess
import sys

from defectsynth.engine.compat import IS_X

CHECK = """
import socket, sys
def refuse(*arguments, **options):
    raise AssertionError("importing must make no network call")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
import defectsynth
heavy = {"torch", "torchvision", "sklearn", "tqdm", "yaml", "dml_heads", "eval"} & set(sys.modules)
print(*sorted(heavy))
"""


def test_import_is_light_and_makes_no_network_call() -> None:
    done = subprocess.run([sys.executable, "-c", CHECK], capture_output=True, text=True, check=True)
    brought_by_the_host = {"torch", "tqdm", "yaml"} if IS_X else {"yaml"}
    assert set(done.stdout.split()) <= brought_by_the_host
    assert done.stderr == ""
