import torch


def export(model, example, path):
    """Write a traced copy that runs without Python."""
    model.eval()
    with torch.no_grad():
        traced = torch.jit.trace(model, example)
    traced.save(path)
