import torch


def token_count(lengths):
    lengths = torch.tensor(lengths, dtype=torch.uint8)
    total = sum(lengths)  # TLN501
    return int(total)


print(token_count([200, 90, 31]))
