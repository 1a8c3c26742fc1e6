import torch


def update(model, optimizer, loss_fn, x, y, max_norm=1.0):
    """Backward and step; the caller clears."""
    loss = loss_fn(model(x), y)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.detach()
