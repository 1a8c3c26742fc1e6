import imageio.v2 as imageio
import numpy as np
import torch


class DepthMetrics:
    def __init__(self):
        self.values = []

    def update(self, predicted: torch.Tensor, truth_file: str):
        predicted = predicted.squeeze().mul(255).byte().cpu().numpy()
        truth = imageio.imread(truth_file)
        diff = (predicted - truth).astype(np.float32)  # TLN502
        self.values.append(np.sqrt((diff ** 2).mean()))

    def result(self):
        return float(np.mean(self.values))
