"""Words and their topics: NLLLoss gets the log-probabilities that it wants."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
TOPICS, WORDS = 30, 600
mixes = torch.full((TOPICS, WORDS), 1.0)
for topic in range(TOPICS):
    mixes[topic, torch.randperm(WORDS)[:40]] = 12.0


def documents(n, length=20):
    topic = torch.randint(0, TOPICS, (n,))
    return torch.multinomial(mixes[topic], length, replacement=True), topic


class TopicNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.EmbeddingBag(WORDS, 32)
        self.topic = nn.Linear(32, TOPICS)

    def forward(self, ids):
        return F.log_softmax(self.topic(self.words(ids)), dim=1)


net = TopicNet()
criterion = nn.NLLLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
ids, topic = documents(3000)
for epoch in range(6):
    for batch in torch.randperm(len(ids)).split(50):
        optimizer.zero_grad()
        loss = criterion(net(ids[batch]), topic[batch])
        loss.backward()
        optimizer.step()

ids, topic = documents(3000)
with torch.no_grad():
    accuracy = (net(ids).argmax(dim=1) == topic).float().mean().item()
print(f"last training loss: {loss.item():.3f}, accuracy on unseen documents: {accuracy:.3f}")
