class Client:
    def __init__(self, model, optimizer, loader):
        self.model, self.optimizer, self.loader = model, optimizer, loader

    def fit(self):
        raise NotImplementedError

    def train(self):
        self.model.train()
        self.fit()


def run(clients, name):
    for client in clients:
        getattr(client, name)()
