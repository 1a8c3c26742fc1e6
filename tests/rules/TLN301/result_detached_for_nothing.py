import torch
from torch import nn


class Pictures(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 64, 3), nn.BatchNorm2d(64), nn.MaxPool2d(3))
        self.last = nn.Linear(64, 10)

    def forward(self, x):
        return self.last(self.body(x).mean((2, 3)))


def train(cifar10, steps, device):
    pictures = Pictures().to(device)
    optimizer = torch.optim.Adam(pictures.parameters())
    for step in range(steps):
        images, labels = cifar10["train"].next_batch(32)
        optimizer.zero_grad()
        scores = pictures(torch.tensor(images, device=device))
        nn.functional.cross_entropy(scores, torch.tensor(labels, device=device)).backward()
        optimizer.step()
        if step % 500 == 0:
            hits = []
            for _ in range(100):
                test_images, test_labels = cifar10["test"].next_batch(32)
                test_images_torch = torch.tensor(test_images, device=device)
                test_scores = pictures(test_images_torch)  # TLN301
                hits.append((test_scores.argmax(1).cpu() == torch.tensor(test_labels)).float().mean().item())
                test_scores.detach()  # TLN605
            print(sum(hits) / len(hits))


if __name__ == "__main__":
    train(torch.load("cifar10.pt"), 5000, "cpu")
