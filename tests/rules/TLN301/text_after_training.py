import torch
from torch import nn
from torch.nn import functional as F


class Letters(nn.Module):
    def __init__(self, letters):
        super().__init__()
        self.embed = nn.Embedding(letters, 64)
        self.drop = nn.Dropout(0.2)
        self.last = nn.Linear(64, letters)

    def forward(self, text, following=None):
        scores = self.last(self.drop(self.embed(text)))
        loss = None if following is None else F.cross_entropy(scores.flatten(0, 1), following.flatten())
        return scores, loss

    def generate(self, text, length):
        for _ in range(length):
            scores, _ = self(text[:, -32:])
            letter = torch.multinomial(scores[:, -1].softmax(-1), 1)
            text = torch.cat([text, letter], dim=1)
        return text


@torch.no_grad()
def estimate_loss(batches):
    model.eval()
    losses = [model(text, following)[1].item() for text, following in batches]
    model.train()
    return sum(losses) / len(losses)


batches, held_out = torch.load("text.pt")
model = Letters(65)
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4)
for step, (text, following) in enumerate(batches):
    if step % 500 == 0:
        print(estimate_loss(held_out))
    _, loss = model(text, following)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

start = torch.zeros((1, 1), dtype=torch.long)
print(model.generate(start, 500)[0].tolist())  # TLN301
