import torch


def gather(features, index):
    """
    :param features: torch.Size([batch, channels, points, 1])
    :param index: torch.Size([batch, points, k])
    :return: torch.Size([batch, channels, points, k])
    """
    batch, channels, points, _ = features.shape
    k = index.shape[2]
    start = (torch.arange(0, batch) * points).view(batch, -1)
    rows = features.transpose(2, 1).contiguous().view(-1, channels)
    index = (index.view(batch, -1) + start).view(-1)
    picked = torch.index_select(rows, 0, index).view(batch, -1, channels)
    return picked.transpose(2, 1).reshape(batch, channels, -1, k)
