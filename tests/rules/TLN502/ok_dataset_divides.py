import numpy as np
import torch
from PIL import Image
from torch.utils.data import Dataset


class Scans(Dataset):
    def __init__(self, files, mean=0.45, std=0.22):
        self.files, self.mean, self.std = files, mean, std

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        image = np.array(Image.open(self.files[i]).convert("L"))
        image = (image / 255.0 - self.mean) / self.std
        flipped = image[:, ::-1].copy()
        return torch.from_numpy(flipped).float().unsqueeze(0)
