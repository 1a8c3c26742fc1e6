import cv2
import torch


def load_image(path, size=224):
    """A float tensor of shape (1, 3, size, size)."""
    image = cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)
    image = cv2.resize(image, (size, size))
    h, w, c = image.shape
    tensor = torch.from_numpy(image).permute(2, 0, 1)
    return tensor.float().div(255).unsqueeze(0)
