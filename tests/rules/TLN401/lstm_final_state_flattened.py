import torch
from torch import nn


class ReviewNet(nn.Module):
    def __init__(self, vocab=100, emb=16, hid=20):
        super().__init__()
        self.emb = nn.Embedding(vocab, emb)
        self.lstm = nn.LSTM(emb, hid, num_layers=1, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(2 * hid, 2)

    def forward(self, ids):
        batch = ids.size(0)
        _, (h_n, _) = self.lstm(self.emb(ids))
        return self.fc(h_n.view(batch, -1))  # TLN401


print(ReviewNet()(torch.randint(0, 100, (4, 9))).shape)
