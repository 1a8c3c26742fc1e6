import torch
from torch import nn


class Checkpointer:
    def __init__(self, model: nn.Module, folder):
        self.model = model
        self.folder = folder
        self.best = float("-inf")

    def update(self, score):
        if score > self.best:
            self.best = score
            torch.save(self.model.state_dict, f"{self.folder}/best.pt")  # TLN303
