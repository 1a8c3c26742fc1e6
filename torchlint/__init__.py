"""Finds silent bugs in PyTorch training code: code that runs, trains a little, and is wrong."""

__version__ = "0.1.0"
