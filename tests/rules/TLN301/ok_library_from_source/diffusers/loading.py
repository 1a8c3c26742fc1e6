import importlib
import json

import torch
from torch import nn


class Loadable(nn.Module):
    @classmethod
    def from_folder(cls, folder):
        with open(f"{folder}/settings.json") as settings:
            return cls.from_settings(json.load(settings))

    @classmethod
    def from_settings(cls, settings):
        kind = getattr(importlib.import_module("diffusers.loading"), settings["kind"])
        return kind(**settings["sizes"])


class ImageCoder(Loadable):
    def __init__(self, width, dropout=0.0):
        super().__init__()
        self.enter = nn.Conv2d(3, width, 3, padding=1)
        self.drop = nn.Dropout(dropout)
        self.leave = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, images):
        return self.leave(self.drop(torch.relu(self.enter(images))))


def load(folder):
    return ImageCoder.from_folder(folder)
