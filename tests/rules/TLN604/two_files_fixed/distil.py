from nets import Tower


def freeze(network):
    network.eval()
    network.requires_grad_(False)


def main():
    teacher, student = Tower(), Tower()
    freeze(teacher)
    return teacher, student
