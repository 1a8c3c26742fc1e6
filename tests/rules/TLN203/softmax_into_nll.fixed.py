import torch
import torch.nn as nn
import torch.nn.functional as F


class Intent(nn.Module):
    def __init__(self, vocab=200, intents=7):
        super().__init__()
        self.emb = nn.EmbeddingBag(vocab, 32)
        self.fc = nn.Linear(32, intents)

    def forward(self, ids):
        return F.log_softmax(self.fc(self.emb(ids)), dim=1)


net = Intent()
opt = torch.optim.Adam(net.parameters())
for _ in range(10):
    ids, intent = torch.randint(0, 200, (8, 6)), torch.randint(0, 7, (8,))
    opt.zero_grad()
    loss = F.nll_loss(net(ids), intent)
    loss.backward()
    opt.step()
