"""Training data: twins, hard negatives, curricula, and measurements before the first epoch."""
