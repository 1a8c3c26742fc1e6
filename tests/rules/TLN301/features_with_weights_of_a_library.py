import torch
from torch import nn
from torchvision import models


def features(images, device):
    resnet = models.resnet50(weights="DEFAULT")
    resnet.fc = nn.Identity()
    resnet = resnet.to(device)
    found = []
    with torch.no_grad():
        for image in images:
            found.append(resnet(image.to(device)).cpu())  # TLN301
    return torch.cat(found)


def tokens(images):
    transformer = models.vit_b_16(weights="DEFAULT")
    with torch.no_grad():
        return [transformer(image) for image in images]


def untrained(images):
    resnet = models.resnet50(weights=None)
    with torch.no_grad():
        return [resnet(image).shape for image in images]


def enumerated(images):
    resnet = models.resnet50(weights=models.ResNet50_Weights.IMAGENET1K_V2)
    with torch.no_grad():
        return [resnet(image) for image in images]  # TLN301


def asked(images, weights):
    resnet = models.resnet50(weights=weights)
    with torch.no_grad():
        return [resnet(image).shape for image in images]


def frozen(images):
    resnet = models.resnet50(pretrained=True).eval()
    with torch.no_grad():
        return [resnet(image) for image in images]


if __name__ == "__main__":
    pictures = torch.load("pictures.pt")
    torch.save(features(pictures, "cuda"), "features.pt")
    print(tokens(pictures), untrained(pictures), enumerated(pictures), frozen(pictures))
