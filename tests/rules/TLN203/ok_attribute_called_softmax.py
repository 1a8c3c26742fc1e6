"""The layer's name says softmax; what it does is LogSoftmax."""
import torch
from torch import nn


class RNN(nn.Module):
    def __init__(self, n_in, n_hid, n_out):
        super().__init__()
        self.n_hid = n_hid
        self.i2h = nn.Linear(n_in + n_hid, n_hid)
        self.i2o = nn.Linear(n_in + n_hid, n_out)
        self.softmax = nn.LogSoftmax(dim=1)

    def forward(self, letter, hidden):
        both = torch.cat((letter, hidden), 1)
        return self.softmax(self.i2o(both)), self.i2h(both)


rnn, criterion = RNN(26, 32, 4), nn.NLLLoss()
opt = torch.optim.SGD(rnn.parameters(), lr=0.005)
for _ in range(3):
    hidden = torch.zeros(1, 32)
    for letter in torch.eye(26)[torch.randint(0, 26, (5,))]:
        out, hidden = rnn(letter.unsqueeze(0), hidden)
    opt.zero_grad()
    criterion(out, torch.tensor([2])).backward()
    opt.step()
