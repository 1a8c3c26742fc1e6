import torch


def bmm_attention(q, k, v):
    """q, k and v are (batch, heads, time, dim): batch and heads stand side by side."""
    b, n, t, d = q.shape
    q, k, v = (z.reshape(b * n, -1, d) for z in (q, k, v))
    w = torch.baddbmm(torch.zeros(b * n, t, k.size(1)), q, k.transpose(1, 2)).softmax(-1)
    return torch.bmm(w, v).view(b, n, t, d).transpose(1, 2).reshape(b, t, n * d)


print(bmm_attention(*torch.randn(3, 2, 4, 5, 6)).shape)
