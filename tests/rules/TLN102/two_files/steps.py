def optimise(optimizer, clip=None):
    """One update from the gradients that are there."""
    optimizer.zero_grad()  # TLN102
    if clip is not None:
        for group in optimizer.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.grad.clamp_(-clip, clip)
    optimizer.step()
