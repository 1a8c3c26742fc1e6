import sys

import numpy as np
import torch

from io_utils import load_rgb


def mae(path_a, path_b):
    a, b = load_rgb(path_a), load_rgb(path_b)
    return torch.tensor(np.abs(a.astype(int) - b).mean())


if __name__ == "__main__":
    print(mae(*sys.argv[1:3]))
