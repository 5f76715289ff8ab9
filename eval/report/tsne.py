"""t-SNE with exact gradients, which for the few hundred images of a cell is faster than an approximation by trees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

_PERPLEXITY = 30.0
_EXAGGERATION = 12.0  # of the attraction in the first phase
_PHASES = ((_EXAGGERATION, 0.5, 250), (1.0, 0.8, 750))  # factor of the attraction, momentum, steps
_MIN_RATE = 50.0
_MIN_GAIN = 0.01
_START = 1e-4  # standard deviation of the first coordinate at the start
_BISECTIONS = 50
_MAX_EXACT = 2000  # rows; time and memory grow with their square


def tsne(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Embed rows (N, D) in two dimensions, (N, 2); equal input gives an equal result.

    The perplexity is 30, or less for fewer than 91 rows. Rows that are all alike become zeros. More than 2,000 rows are
    left to scikit-learn, which approximates the gradient.

    References:
        L. van der Maaten, G. Hinton, "Visualizing Data using t-SNE", JMLR 2008. The start from the principal
        components, the learning rate N / 48 and the other constants are those of scikit-learn.
    """
    if len(rows) > _MAX_EXACT:
        from sklearn.manifold import TSNE  # noqa: PLC0415 - takes a moment, and is rarely needed

        return np.asarray(TSNE(init="pca", random_state=0).fit_transform(rows), np.float64)
    with threadpool_limits(1, user_api="blas"):  # threads cost more than they save on matrices of this size
        centred = rows - rows.mean(axis=0)
        gram = centred @ centred.T
        start = _principal_components(gram)
        if not start.any():
            return np.zeros((len(rows), 2))
        squares = np.diag(gram)
        distances = np.maximum(squares[:, None] + squares - 2 * gram, 0)
        joint = _joint_probabilities(distances, perplexity=min(_PERPLEXITY, (len(rows) - 1) / 3)).astype(np.float32)
        places = (start * (_START / start[:, 0].std())).astype(np.float32)
        for factor, momentum, steps in _PHASES:
            places = _descend(np.float32(factor) * joint, places, momentum=momentum, steps=steps)
        return places.astype(np.float64)


def _principal_components(gram: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the coordinates (N, 2) on the first two principal axes, 0 where the rows span fewer dimensions."""
    values, vectors = np.linalg.eigh(gram)
    values, vectors = values[:-3:-1], vectors[:, :-3:-1]
    kept = np.where(values > 1e-12, np.sqrt(np.maximum(values, 0)), 0)
    signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(len(values))])
    found = vectors * signs * kept
    return np.pad(found, ((0, 0), (0, 2 - found.shape[1])))


def _joint_probabilities(distances: NDArray[np.float64], *, perplexity: float) -> NDArray[np.float64]:
    """Return the probabilities of pairs (N, N), by bisection for the precision that gives each row its perplexity."""
    count = len(distances)
    others = ~np.eye(count, dtype=np.bool_)
    apart = distances[others].reshape(count, count - 1)
    apart = apart - apart.min(axis=1, keepdims=True)
    low, high = np.zeros((count, 1)), np.full((count, 1), np.inf)
    precision = 1 / np.maximum(apart.mean(axis=1, keepdims=True), 1e-12)
    for _ in range(_BISECTIONS):
        shares = np.exp(-apart * precision)
        sums = shares.sum(axis=1, keepdims=True)
        entropy = np.log(sums) + precision * (apart * shares).sum(axis=1, keepdims=True) / sums
        wide = entropy > np.log(perplexity)
        low, high = np.where(wide, precision, low), np.where(wide, high, precision)
        precision = np.where(np.isinf(high), 2 * precision, (low + high) / 2)
    joint = np.zeros((count, count))
    joint[others] = (shares / sums).ravel()
    return np.maximum((joint + joint.T) / (2 * count), 1e-12)


def _descend(
    joint: NDArray[np.float32], places: NDArray[np.float32], *, momentum: float, steps: int
) -> NDArray[np.float32]:
    """Minimise the divergence of the pairs' probabilities by gradient descent with momentum and gains."""
    rate = np.float32(max(len(places) / _EXAGGERATION / 4, _MIN_RATE))
    update, gains = np.zeros_like(places), np.ones_like(places)
    near, force = np.empty_like(joint), np.empty_like(joint)
    for _ in range(steps):
        squares = np.square(places).sum(axis=1)
        np.matmul(places, -2 * places.T, out=near)
        near += squares[:, None] + 1
        near += squares
        np.reciprocal(near, out=near)  # the kernel of Student's t, 1 / (1 + squared distance)
        np.fill_diagonal(near, 0)
        np.multiply(near, -1 / near.sum(), out=force)
        force += joint
        force *= near
        gradient = 4 * (force.sum(axis=1, keepdims=True) * places - force @ places)
        gains = np.maximum(np.where(update * gradient < 0, gains + 0.2, gains * 0.8), _MIN_GAIN)
        update = np.float32(momentum) * update - rate * gains * gradient
        places = places + update
    return places
