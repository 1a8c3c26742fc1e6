import torch


def patchify(imgs, p):
    """(N, 3, H, W) -> (N, L, p * p * 3)"""
    h = w = imgs.shape[2] // p
    x = imgs.reshape(imgs.shape[0], 3, h, p, w, p)
    x = torch.einsum("nchpwq->nhwpqc", x)
    return x.reshape(imgs.shape[0], h * w, p ** 2 * 3)


def unpatchify(x, p):
    h = w = int(x.shape[1] ** 0.5)
    x = x.reshape(x.shape[0], h, w, p, p, 3)
    x = torch.einsum("nhwpqc->nchpwq", x)
    return x.reshape(x.shape[0], 3, h * p, h * p)


a = torch.rand(2, 3, 8, 8)
assert torch.equal(unpatchify(patchify(a, 4), 4), a)
