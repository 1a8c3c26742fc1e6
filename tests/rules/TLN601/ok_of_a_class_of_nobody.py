import argparse

from torch import nn


class Skip(nn.Module):
    def __init__(self, width, layers):
        super(Skip, self).__init__()
        self.rnns = [nn.LSTM(width, width) for _ in range(layers)]

    def forward(self, x):
        for rnn in self.rnns:
            x = x + rnn(x)[0]
        return x


class Both(nn.Module):
    """The only one that uses Skip."""

    def __init__(self, width, layers):
        super(Both, self).__init__()
        self.there, self.back = Skip(width, layers), Skip(width, layers)

    def forward(self, x):
        return self.there(x) + self.back(x.flip(0))


def main(args):
    print(vars(args), getattr(args, "width", 4))
    # return Both(4, 2)
    return nn.LSTM(4, 4)


if __name__ == "__main__":
    main(argparse.ArgumentParser().parse_args())
