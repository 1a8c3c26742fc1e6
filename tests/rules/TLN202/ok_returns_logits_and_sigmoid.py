import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(9, 4)

    def forward(self, x):
        z = self.fc(x)
        return {"logits": z, "probs": z.sigmoid()}


net, loss_fn = Net(), nn.BCEWithLogitsLoss()
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(5):
    out = net(torch.randn(3, 9))
    loss = loss_fn(out["logits"], torch.ones(3, 4))
    opt.zero_grad()
    loss.backward()
    opt.step()
    print(out["probs"].mean().item())
