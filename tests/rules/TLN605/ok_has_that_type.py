import torch


def bias_for(query, causal):
    bias = torch.zeros(query.size(-2), query.size(-2), dtype=query.dtype, device=query.device)
    if causal:
        hidden = torch.ones(query.size(-2), query.size(-2), dtype=torch.bool).triu(1)
        bias.masked_fill_(hidden, float("-inf"))
        bias.to(query.dtype)
    return bias
