import torch

from net import Depth


def main():
    depth = Depth()
    depth.eval()
    with torch.no_grad():
        for image in torch.rand(3, 1, 3, 8, 8):
            print(depth(image).mean().item())


if __name__ == "__main__":
    main()
