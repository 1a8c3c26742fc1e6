"""Objects of the project's own, where `eval`, `step` and `train` are no methods."""


class Game:
    def __init__(self):
        self.turn = 0
        self.train = ["engine", "wagon"]

    @property
    def step(self):
        self.turn += 1
        return self.turn

    @property
    def eval(self):
        self.turn = -self.turn
        return self.turn


game = Game()
game.step
game.step
game.eval
game.train
print(game.turn)
