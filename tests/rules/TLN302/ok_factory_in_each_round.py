"""Each round trains a network of its own, which a factory makes from a configuration."""
import torch
from torch import nn

KINDS = {"mlp": nn.Linear, "double": nn.Bilinear}


def built(settings, **sizes):
    layer = KINDS[settings["kind"]]
    model = layer(sizes["entries"], sizes["exits"])
    if settings.get("drop"):
        model = nn.Sequential(model, nn.Dropout(settings["drop"]))
    return model


def evaluate(model, batches):
    model.eval()
    with torch.no_grad():
        return sum(nn.functional.mse_loss(model(x), y).item() for x, y in batches)


def main(settings):
    seen = [(torch.randn(16, 8), torch.randn(16, 1)) for _ in range(10)]
    for n in range(2, 10):
        model = built(settings, entries=8, exits=1)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        x = torch.cat([entries for entries, _ in seen[:n]])
        y = torch.cat([exits for _, exits in seen[:n]])
        for _ in range(50):
            answers = model(x)
            optimizer.zero_grad()
            nn.functional.mse_loss(answers, y).backward()
            optimizer.step()
        print(n, evaluate(model, seen[n:]))


main(dict(kind="mlp", drop=0.1))
