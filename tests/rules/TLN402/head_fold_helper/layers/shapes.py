def fold_heads(t, heads):
    """(batch, tokens, width) -> (batch * heads, tokens, width / heads)"""
    batch, tokens, width = t.shape
    return t.reshape(batch * heads, tokens, width // heads)  # TLN402
