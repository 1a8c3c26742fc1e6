import torch
import torch.nn.functional as F

scores = torch.randn(64, 10, requires_grad=True)
optimizer = torch.optim.Adam([scores])
for _ in range(100):
    optimizer.zero_grad()
    loss = F.cross_entropy(torch.softmax(scores, 1), torch.zeros(64, dtype=torch.long))  # TLN201
    loss.backward()
    optimizer.step()
