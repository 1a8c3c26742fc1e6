import torch


def cooccurrence(tags):
    """tags: (photos, labels) of 0 and 1 -> how often two labels stand on one photo"""
    table = (tags > 0).byte()
    return table.t().float() @ table.float()


print(cooccurrence(torch.ones(300, 2)))
