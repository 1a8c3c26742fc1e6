import torch

from engine.captions import CaptionEngine


def main(model, batches):
    engine = CaptionEngine(model, torch.optim.Adam(model.parameters(), lr=1e-4))
    for _ in range(20):
        engine.train_epoch(batches)
