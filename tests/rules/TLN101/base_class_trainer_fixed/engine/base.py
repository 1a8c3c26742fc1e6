class BaseEngine:
    """Owns the loop; a subclass says what the loss is."""

    def __init__(self, model, optimizer):
        self.model = model
        self.optimizer = optimizer
        self.epoch = 0

    def compute_loss(self, batch):
        raise NotImplementedError

    def before_step(self):
        self.optimizer.zero_grad()

    def train_epoch(self, batches):
        self.model.train()
        for batch in batches:
            self.before_step()
            loss = self.compute_loss(batch)
            loss.backward()
            self.optimizer.step()
        self.epoch += 1
