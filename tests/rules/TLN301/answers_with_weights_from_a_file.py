import torch
from PIL import Image
from torch import nn
from torchvision.transforms.functional import to_tensor


class Denoiser(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, width, 3, padding=1),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, 3, 3, padding=1),
        )

    def forward(self, image):
        return image - self.body(image)


def main(weights, name):
    network = Denoiser()
    network.load_state_dict(torch.load(weights, map_location="cpu"))
    noisy = to_tensor(Image.open(name)).unsqueeze(0)
    with torch.no_grad():
        clean = network(noisy)  # TLN301
    return clean.squeeze(0)


def count(weights):
    network = Denoiser()
    network.load_state_dict(torch.load(weights, map_location="cpu"))
    with torch.no_grad():
        return network(torch.randn(1, 3, 32, 32)).numel()


if __name__ == "__main__":
    main("weights.pt", "photo.png")
    print(count("weights.pt"))
