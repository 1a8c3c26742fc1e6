import numpy as np
from mediapy import read_video


def difference(one, other):
    return np.mean((one - other) ** 2)  # TLN502


def compare(pairs):
    return [difference(read_video(truth), read_video(copy)) for truth, copy in pairs]
