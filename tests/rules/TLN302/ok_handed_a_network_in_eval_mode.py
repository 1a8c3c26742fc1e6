"""The encoder comes in eval mode from where it is made, and is handed on: the evaluation changes nothing."""
import torch
from torch import nn


class Clip(nn.Module):
    def __init__(self):
        super().__init__()
        self.visual = nn.Sequential(nn.Linear(32, 64), nn.BatchNorm1d(64), nn.ReLU())

    def forward(self, x):
        return self.visual(x)


def load(path):
    model = Clip()
    model.load_state_dict(torch.load(path))
    return model.eval()


class Prompts(nn.Module):
    def __init__(self, clip):
        super().__init__()
        self.clip = clip
        self.prompt = nn.Parameter(torch.zeros(64))

    def forward(self, x):
        return self.clip(x) * self.prompt


class Tuned(nn.Module):
    def __init__(self, path):
        super().__init__()
        clip = load(path)
        self.prompts = Prompts(clip)

    def forward(self, x):
        return self.prompts(x)


def tune(model, x, optimizer):
    model.prompts.prompt.data.zero_()
    optimizer.zero_grad()
    p = model(x).softmax(1)
    (-(p * p.log()).sum(1).mean()).backward()
    optimizer.step()
    with torch.no_grad():
        model.eval()
        return model(x)


def main(path, batches):
    model = Tuned(path)
    optimizer = torch.optim.AdamW([model.prompts.prompt], lr=5e-3)
    right = 0
    for x, y in batches:
        right += (tune(model, x, optimizer).argmax(1) == y).sum().item()
    print(right)


main("clip.pt", [(torch.randn(8, 32), torch.randint(0, 64, (8,))) for _ in range(30)])
