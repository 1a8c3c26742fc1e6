import torch
import torch.nn as nn
from loaders import GraphDataLoader
from model import Graphs

net = Graphs(32, 3)
criterion = nn.NLLLoss()
optimizer = torch.optim.Adam(net.parameters())
for step, (graphs, labels) in enumerate(GraphDataLoader("graphs", batch_size=32)):
    optimizer.zero_grad()
    loss = criterion(net(graphs), labels.cuda())  # TLN206
    loss.backward()
    optimizer.step()
