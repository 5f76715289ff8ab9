"""Backbones, their embeddings, and files of trained models."""
