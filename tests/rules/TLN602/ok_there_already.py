"""The tensor lies on the device before it becomes a parameter: moving it once more gives the parameter itself."""
import torch
from torch import nn


class Adjacency(nn.Module):
    def __init__(self, nodes, width, device):
        super().__init__()
        self.source = nn.Parameter(torch.randn(nodes, width).to(device), requires_grad=True).to(device)
        self.target = nn.Parameter(torch.randn(width, nodes, device=device)).to(device)

    def forward(self):
        return torch.softmax(torch.relu(self.source @ self.target), dim=1)


graph = Adjacency(10, 4, torch.device("cuda" if torch.cuda.is_available() else "cpu"))
print(len(list(graph.parameters())), graph().shape)
