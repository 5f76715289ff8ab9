"""Results of measurements as bytes and back: numbers, texts, tuples, arrays and the classes made of them.

Bytes that were damaged on their way are recognised by their digest. Unpacking makes nothing but the classes that the
caller names, so that a foreign file can do no harm.
"""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.cache import PLAIN

DTYPES = ("uint8", "bool", "int32", "int64", "float32", "float64")
ALIGNMENT = 16  # bytes of the memory in which an array begins
DIGEST = 16  # bytes
MAX_BYTES = 64 << 20  # of a value; a file of zeros could fill the memory
LEVEL = 1  # of the compression, the fastest


class DamagedError(ValueError):
    """Bytes that `pack` did not make, or not in this form."""


def pack(value: Any) -> bytes:
    """Return a value as bytes.

    Raises:
        TypeError: if it holds something that cannot be packed.
    """
    arrays: list[bytes] = []
    tree = json.dumps(_tree(value, arrays)).encode()
    body = zlib.compress(b"".join([len(tree).to_bytes(4, "little"), _padded(tree, 4), *arrays]), LEVEL)
    return digest_of(body) + body


def unpack(data: bytes, kinds: Mapping[str, type[Any]]) -> Any:
    """Return the value that `pack` made the bytes of.

    Args:
        data: from `pack`.
        kinds: the named tuples and dataclasses that may occur, by their names.

    Raises:
        DamagedError: if the bytes are damaged or hold another class.
    """
    digest, body = data[:DIGEST], data[DIGEST:]
    if digest_of(body) != digest:
        raise DamagedError("the digest differs")
    try:
        whole = zlib.decompressobj().decompress(body, MAX_BYTES)
        size = int.from_bytes(whole[:4], "little")
        tree = json.loads(whole[4 : 4 + size])
        return _value(tree, memoryview(whole)[_aligned(4 + size) :], kinds)
    except (zlib.error, ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise DamagedError("the content is of another form") from error


def digest_of(data: bytes) -> bytes:
    """Return a digest of bytes."""
    return hashlib.sha256(data).digest()[:DIGEST]


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def _padded(data: bytes, before: int = 0) -> bytes:
    """Return bytes, filled up with zeros to a multiple of `ALIGNMENT` together with those before them."""
    size = before + len(data)
    return data + bytes(_aligned(size) - size)


def _tree(value: Any, arrays: list[bytes]) -> Any:
    """Return a value as what JSON can hold; the bytes of its arrays are added to `arrays`."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, np.ndarray):
        if value.dtype.name not in DTYPES:
            raise TypeError(f"a packed array must be one of {', '.join(DTYPES)}, got {value.dtype.name}")
        start = sum(map(len, arrays))
        arrays.append(_padded(value.tobytes()))
        return {"array": [value.dtype.name, list(value.shape), start]}
    if isinstance(value, Mapping):
        return {"map": [[str(key), _tree(entry, arrays)] for key, entry in value.items()]}
    if isinstance(value, tuple):
        entries = [_tree(entry, arrays) for entry in value]
        return entries if type(value) is tuple else {"of": type(value).__name__, "values": entries}
    if is_dataclass(value):
        entries = [_tree(getattr(value, entry.name), arrays) for entry in fields(value)]
        return {"of": type(value).__name__, "values": entries}
    raise TypeError(f"a packed value must be made of numbers, tuples, arrays and their classes, got {type(value)}")


def _value(tree: Any, arrays: memoryview, kinds: Mapping[str, type[Any]]) -> Any:
    if isinstance(tree, list):
        return tuple([entry if type(entry) in PLAIN else _value(entry, arrays, kinds) for entry in tree])
    if not isinstance(tree, dict):
        return tree
    if "array" in tree:
        dtype, shape, start = tree["array"]
        return _array(arrays, dtype, shape, start)
    if "map" in tree:
        return {key: _value(entry, arrays, kinds) for key, entry in tree["map"]}
    return kinds[tree["of"]](*(_value(entry, arrays, kinds) for entry in tree["values"]))


def _array(arrays: memoryview, dtype: str, shape: list[int], start: int) -> Array:
    """Return the read-only array that begins at a byte."""
    if dtype not in DTYPES or min(shape, default=0) < 0:
        raise DamagedError("an array of another kind")
    return np.frombuffer(arrays, np.dtype(dtype), math.prod(shape), start).reshape(shape)
