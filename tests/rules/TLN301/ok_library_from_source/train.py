"""The library whose networks are the same in both modes lies in the project itself."""
import sys

import torch
from diffusers import ImageCoder
from torch.nn import functional as F


def validate(coder, images):
    with torch.no_grad():
        return F.mse_loss(coder(images), images).item()


def main(folder):
    coder = ImageCoder.from_folder(folder)
    optimizer = torch.optim.AdamW(coder.parameters(), lr=1e-4)
    held_out = torch.rand(8, 3, 16, 16)
    for epoch in range(3):
        coder.train()
        for images in torch.rand(20, 4, 3, 16, 16):
            optimizer.zero_grad()
            F.mse_loss(coder(images), images).backward()
            optimizer.step()
        print(epoch, validate(coder, held_out))


if __name__ == "__main__":
    main(sys.argv[1])
