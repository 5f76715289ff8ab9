"""Engine: draws defects into images and applies them to all targets."""
