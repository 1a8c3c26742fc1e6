def fold_heads(t, heads):
    """(batch, tokens, width) -> (batch * heads, tokens, width / heads)"""
    batch, tokens, width = t.shape
    t = t.reshape(batch, tokens, heads, width // heads).transpose(1, 2)
    return t.reshape(batch * heads, tokens, width // heads)
