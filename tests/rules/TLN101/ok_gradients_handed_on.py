"""Layers written by hand with NumPy: a backward gives the gradient back, and sets that of the weights anew."""

import os
import sys

sys.path.append(os.path.join("..", "by_hand"))
from layers import Linear, SoftmaxCrossEntropy
from optimizers import SGD

net, criterion = Linear(8, 4), SoftmaxCrossEntropy()
optimizer = SGD(net, lr=0.1)


def train(batches):
    for x, y in batches:
        out = net.forward(x)
        loss = criterion.forward(out, y)
        gradient = criterion.backward()
        net.backward(gradient)
        optimizer.step()
        print(loss)
