"""Doors to torchlint for the tools that people train and test with. Each is a module that is loaded by its own tool."""
