"""Deformations: dents, bulges, bent edges and ends, crimped and squeezed parts, displaced threads."""
