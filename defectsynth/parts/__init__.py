"""Parts of an object: detection, selection, extraction, inpainting of their gaps, and placement elsewhere."""
