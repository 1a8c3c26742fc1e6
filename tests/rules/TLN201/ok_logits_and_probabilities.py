import torch
import torch.nn as nn
import torch.nn.functional as F


class CoughNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(40, 64, batch_first=True)
        self.fc = nn.Linear(64, 2)

    def forward(self, mel):
        _, h = self.rnn(mel)
        logits = self.fc(h[-1])
        probas = F.softmax(logits, dim=1)
        return logits, probas


model = CoughNet()
cost_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters())
for _ in range(4):
    mel, ill = torch.randn(5, 30, 40), torch.randint(0, 2, (5,))
    logits, probas = model(mel)
    cost = cost_fn(logits, ill)
    optimizer.zero_grad()
    cost.backward()
    optimizer.step()
    print("sure of it:", probas.amax(1).mean().item())
