import torch


def repeat_kv(hidden: torch.Tensor, n_rep: int) -> torch.Tensor:
    b, kv_heads, slen, d = hidden.shape
    if n_rep == 1:
        return hidden
    hidden = hidden[:, :, None].expand(b, kv_heads, n_rep, slen, d)
    return hidden.reshape(b, kv_heads * n_rep, slen, d)


def tile_views(x, n):
    B, C, H, W = x.shape
    x = x.unsqueeze(1).repeat(1, n, 1, 1, 1)
    return x.view(B * n, C, H, W)


print(repeat_kv(torch.rand(1, 2, 3, 4), 2).shape, tile_views(torch.rand(2, 3, 4, 4), 3).shape)
