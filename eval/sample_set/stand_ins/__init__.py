"""Families that stand in for categories of MVTec AD, with the types of defect of these categories."""
