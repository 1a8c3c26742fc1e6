import torch


def checksum(packet):
    """The protocol adds modulo 256."""
    packet = packet.to(torch.uint8)
    return int(packet.sum() % 256)


def parity(bits):
    return bits.to(torch.uint8).sum() & 1


print(checksum(torch.tensor([250, 10])), parity(torch.ones(3)))
