import torch
import torch.nn as nn


class PosNet(nn.Module):
    def __init__(self, words=100, tags=9):
        super().__init__()
        self.emb = nn.Embedding(words, 16)
        self.lstm = nn.LSTM(16, 16, batch_first=True)
        self.tag = nn.Linear(16, tags)

    def forward(self, ids):
        h, _ = self.lstm(self.emb(ids))
        return self.tag(h).transpose(1, 2)


net = PosNet()
loss_function = nn.NLLLoss(ignore_index=0)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(5):
    ids, tags = torch.randint(0, 100, (2, 8)), torch.randint(0, 9, (2, 8))
    optimizer.zero_grad()
    loss = loss_function(net(ids), tags)  # TLN203
    loss.backward()
    optimizer.step()
