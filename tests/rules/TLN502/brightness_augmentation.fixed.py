import numpy as np
import torch
from torch.utils.data import Dataset


class Faces(Dataset):
    def __init__(self, n, seed=0):
        self.rng = np.random.default_rng(seed)
        self.images = self.rng.integers(0, 256, (n, 16, 16), dtype=np.uint8)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        image = self.images[i]
        brighter = np.clip(image.astype(np.int16) + 60, 0, 255)
        return torch.from_numpy(brighter).float() / 255


print(Faces(2)[0].mean())
