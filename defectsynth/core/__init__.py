"""Arrays, bounding boxes, alpha layers, patches, checked parameters and their serialization.

The lowest package: it imports numpy, cv2 and the standard library, and nothing else of `defectsynth`.
"""
