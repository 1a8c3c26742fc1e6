"""Backward without an optimizer: a heat map of what the network looks at."""
import torch
import torch.nn.functional as F


def grad_cam(model, images, layer):
    kept = {}
    layer.register_forward_hook(lambda m, i, o: kept.update(act=o))
    layer.register_full_backward_hook(lambda m, gi, go: kept.update(grad=go[0]))
    model.eval()
    maps = []
    for image in images:
        score = model(image.unsqueeze(0)).max()
        score.backward()
        weight = kept["grad"].mean(dim=(2, 3), keepdim=True)
        maps.append(F.relu((weight * kept["act"]).sum(1)).detach())
    return torch.cat(maps)
