import torch


class Predictor:
    def __init__(self, model, device="cpu"):
        self.model = model
        self.model.to(device)
        self.model.eval()

    def predict(self, x):
        with torch.no_grad():
            return self.model(x)


class PairPredictor(Predictor):
    def __init__(self, model, device="cpu"):
        super().__init__(model, device)

    def predict(self, x):
        with torch.no_grad():
            y, _ = self.model(x)
            return y
