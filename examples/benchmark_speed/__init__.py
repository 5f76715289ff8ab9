"""Speed of the library where it is used: single transforms, presets, twins, `generate`, large images, start-up."""
