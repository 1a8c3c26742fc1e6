import torch


class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.wait = patience, 0
        self.best_loss, self.best_state = float("inf"), None

    def __call__(self, loss, model):
        if loss < self.best_loss:
            self.best_loss, self.wait = loss, 0
            self.best_state = model.state_dict()  # TLN606
        else:
            self.wait += 1
        return self.wait >= self.patience

    def restore(self, model):
        model.load_state_dict(self.best_state)

    def save(self, path):
        torch.save({"best": self.best_loss}, path)
