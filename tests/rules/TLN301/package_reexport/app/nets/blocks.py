from torch import nn


def make_block(c_in, c_out, p=0.2):
    return nn.Sequential(nn.Conv1d(c_in, c_out, 3, padding=1), nn.ReLU(), nn.Dropout(p))
