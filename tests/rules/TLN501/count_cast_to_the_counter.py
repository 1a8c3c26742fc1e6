import torch


def accuracy(net, loader, device):
    hits = torch.zeros(1).byte().to(device)
    for images, labels in loader:
        hits += (net(images).argmax(1) == labels).sum().byte()  # TLN501
    return hits.item() / len(loader.dataset)
