def to_sequence(fmap):
    """(N, C, H, W) -> (N, H * W, C)"""
    n, c, h, w = fmap.shape
    return fmap.reshape(n, h * w, c)  # TLN401
