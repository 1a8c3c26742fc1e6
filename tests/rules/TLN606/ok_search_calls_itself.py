"""A search that calls itself from many places, and each time hands on what it got."""

import torch


def search(net, moves, best):
    if not moves:
        return net.state_dict(), 0
    if moves[0] == "up":
        weights, score = search(net, moves[1:], best)
        return weights, score
    if moves[0] == "down":
        weights, score = search(net, moves[1:], best)
        return weights, score
    if moves[0] == "left":
        weights, score = search(net, moves[1:], best)
        return weights, score
    if moves[0] == "right":
        weights, score = search(net, moves[1:], best)
        return weights, score
    if moves[0] == "stay":
        weights, score = search(net, moves[1:], best)
        return weights, score
    if moves[0] == "turn":
        weights, score = search(net, moves[1:], best)
        return weights, score
    if moves[0] == "wait":
        weights, score = search(net, moves[1:], best)
        return weights, score
    if moves[0] == "swap":
        weights, score = search(net, moves[1:], best)
        return weights, score
    if moves[0] == "jump":
        weights, score = search(net, moves[1:], best)
        return weights, score
    if moves[0] == "push":
        weights, score = search(net, moves[1:], best)
        return weights, score
    return best, 1


def main():
    net = torch.nn.Linear(4, 2)
    weights, score = search(net, ["up", "left"], None)
    print(score)


main()
