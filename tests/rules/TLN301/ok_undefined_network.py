import torch
from torch import nn


def get_accuracy(model, pairs):
    hits = 0
    for text, topic in pairs:
        scores = model(text)
        hits += (torch.max(scores.data, 1)[1] == topic).sum().item()
    return hits / len(pairs)


if __name__ == "__main__":
    batches, pairs = torch.load("topics.pt")
    model = fastText(300)  # noqa: F821
    model.train()
    model.add_optimizer(torch.optim.SGD(model.parameters(), lr=0.5))
    model.add_loss(nn.NLLLoss())
    for _ in range(10):
        model.run_epoch(batches)
    print(get_accuracy(model, pairs))
