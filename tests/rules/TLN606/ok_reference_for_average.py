class Average:
    """A moving average: each entry is replaced before it is used."""

    def __init__(self, model, decay):
        self.model, self.decay = model, decay
        self.shadow = self.model.state_dict()

    def update(self):
        for name, weight in self.model.state_dict().items():
            self.shadow[name] = self.decay * self.shadow[name] + (1 - self.decay) * weight

    def apply(self):
        self.model.load_state_dict(self.shadow)
