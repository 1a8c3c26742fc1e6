import torch
from torch import nn


class Phonemes(nn.Module):
    def __init__(self, mel=13, hid=16, phones=40):
        super().__init__()
        self.lstm = nn.LSTM(mel, hid)  # wants (time, batch, mel)
        self.fc = nn.Linear(hid, phones)

    def forward(self, mel):
        batch, time, feats = mel.shape
        states, _ = self.lstm(mel.transpose(0, 1))
        return self.fc(states).log_softmax(-1)


print(Phonemes()(torch.randn(3, 25, 13)).shape)
