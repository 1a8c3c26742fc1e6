import torch
from torch import nn

device = "cuda" if torch.cuda.is_available() else "cpu"
model = nn.Linear(8, 2)
model.to(device)
data = [(torch.randn(4, 8), torch.randint(0, 2, (4,))) for _ in range(3)]

for _ in range(3):
    noise = torch.randn(4, 8)
    noise.to(device)  # TLN605
    for x, y in data:
        print(x.size(0))
        x.to(device)  # TLN605
        loss = nn.functional.cross_entropy(model(x + noise), y)
        loss.backward()
