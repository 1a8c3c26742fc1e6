import torch


def run_validation(model, batches, metric):
    """Mean of `metric` over the batches."""
    model.eval()
    total = 0.0
    with torch.no_grad():
        for x, y in batches:
            total += metric(model(x), y).item()
    return total / len(batches)
