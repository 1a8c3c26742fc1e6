import torch
from torch import nn


class Poet(nn.Module):
    def __init__(self, letters=30):
        super().__init__()
        self.emb = nn.Embedding(letters, 16)
        self.rnn = nn.GRU(16, 32, num_layers=2, dropout=0.2, batch_first=True)
        self.out = nn.Linear(32, letters)

    def forward(self, ids, h=None):
        y, h = self.rnn(self.emb(ids), h)
        return self.out(y), h

    @torch.no_grad()
    def recite(self, n=15):
        self.eval()
        ids, h, line = torch.zeros(1, 1, dtype=torch.long), None, []
        for _ in range(n):
            scores, h = self(ids, h)
            ids = torch.multinomial(scores[:, -1].softmax(-1), 1)
            line.append(ids.item())
        self.train()
        return line


def main(steps=30):
    poet = Poet()
    opt = torch.optim.Adam(poet.parameters())
    for step in range(steps):
        ids = torch.randint(0, 30, (4, 20))
        scores, _ = poet(ids[:, :-1])
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), ids[:, 1:].flatten())
        opt.zero_grad()
        loss.backward()
        opt.step()
        if step % 10 == 0:
            print(poet.recite())


main()
