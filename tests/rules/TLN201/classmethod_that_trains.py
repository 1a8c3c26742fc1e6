import torch
from torch import nn


class Go(nn.Module):
    def __init__(self, moves):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(361, 256), nn.ReLU())
        self.policy = nn.Sequential(nn.Linear(256, moves), nn.Softmax(dim=-1))  # TLN201
        self.value = nn.Sequential(nn.Linear(256, 1), nn.Tanh())

    def forward(self, board):
        features = self.body(board)
        return {"policy": self.policy(features), "value": self.value(features)}

    def loss(self, answers, winner, moves):
        lost = nn.functional.mse_loss(answers["value"].reshape(-1), winner)
        return lost + nn.CrossEntropyLoss()(answers["policy"], moves)


class Coach:
    @classmethod
    def train(cls, games, network):
        optimizer = torch.optim.SGD(network.parameters(), lr=0.02)
        for board, winner, moves in games:
            optimizer.zero_grad()
            network.loss(network(board), winner, moves).backward()
            optimizer.step()


def main(games):
    Coach.train(games, Go(362))
