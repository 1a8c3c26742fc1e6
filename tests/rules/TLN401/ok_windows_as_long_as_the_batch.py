"""The windows have as many steps as the batch has songs, by chance."""
import torch
from torch import nn

batch_size = 32
songs = torch.utils.data.DataLoader(torch.randint(0, 2, (256, 64, 4, 88)).float(), batch_size=batch_size)
net = nn.LSTM(88, 88, batch_first=True)
optimizer = torch.optim.Adam(net.parameters())
for x in songs:
    x = x.view(batch_size, -1, 88).view(-1, 32, 88)
    optimizer.zero_grad()
    output, _ = net(x)
    nn.functional.mse_loss(output, x).backward()
    optimizer.step()
