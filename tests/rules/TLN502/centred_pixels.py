import numpy as np
import torch
from PIL import Image


def to_input(path):
    """Pixels around zero, as the old network wants them."""
    pixels = np.asarray(Image.open(path).convert("L"))
    centred = pixels - 128  # TLN502
    return torch.tensor(centred, dtype=torch.float32).unsqueeze(0)
