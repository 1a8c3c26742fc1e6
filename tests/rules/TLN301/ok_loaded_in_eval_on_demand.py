# The network is put into eval mode where it is made, which is when it is first asked for.
import torch
from torch import nn
from torchvision.models import Inception_V3_Weights, inception_v3


class Extractor:
    def __init__(self, device):
        self.device = device
        self.model = None

    def _load(self):
        if self.model is None:
            model = inception_v3(weights=Inception_V3_Weights.DEFAULT)
            model.fc = nn.Identity()
            model.eval()
            self.model = model

    @torch.no_grad()
    def extract(self, images, batch_size=16):
        self._load()
        self.model.to(self.device)
        found = []
        for i in range(0, len(images), batch_size):
            found.append(self.model(images[i : i + batch_size].to(self.device)).cpu())
        return torch.cat(found).numpy()
