from torch import nn

from .blocks import make_block


class VoiceNet(nn.Module):
    def __init__(self, n_speakers):
        super().__init__()
        self.front = make_block(1, 8)
        self.back = make_block(8, 16)
        self.who = nn.Linear(16, n_speakers)

    def forward(self, wave):
        return self.who(self.back(self.front(wave)).mean(-1))
