"""Surface damage: scratches, cracks, splits, pits, holes, bubbles, folds, fractures, missing threads."""
