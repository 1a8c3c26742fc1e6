# A single number goes with any tensor of the GPU, DataParallel moves what it is given, and comparisons broadcast.
import torch
from torch import nn


def reward(diversity, picks, use_gpu):
    if picks == 1:
        spread = torch.tensor(0)
        if use_gpu:
            spread.cuda()
    else:
        spread = diversity.sum() / picks
    return spread + diversity.mean()


def binarized(scores, thresholds):
    thresholds = torch.tensor(thresholds).reshape(1, -1, 1, 1)
    thresholds.expand_as(scores)
    return (scores > thresholds).float()


def summarize(model, videos, use_gpu):
    model.eval()
    for video in videos:
        frames = torch.from_numpy(video).unsqueeze(0)
        if use_gpu:
            frames.cuda()
        yield model(frames).cpu().numpy()


def main(videos, use_gpu):
    model = nn.Sequential(nn.Linear(1024, 1), nn.Sigmoid())
    if use_gpu:
        model = nn.DataParallel(model).cuda()
    return list(summarize(model, videos, use_gpu))
