from nets import Tower


def freeze(network):
    network.eval()
    network.requires_grad = False  # TLN604


def main():
    teacher, student = Tower(), Tower()
    freeze(teacher)
    return teacher, student
