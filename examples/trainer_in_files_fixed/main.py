"""Three files: the trainer tests in eval mode."""

import torch
from data import CROPS, fields
from model import CropNet
from trainer import Trainer

if __name__ == "__main__":
    torch.manual_seed(0)
    trainer = Trainer(CropNet(8, CROPS), lr=3e-3)
    trainer.fit(fields(3000), epochs=4)
    print(f"test accuracy: {trainer.test(fields(1200, sort=True)):.3f}")
