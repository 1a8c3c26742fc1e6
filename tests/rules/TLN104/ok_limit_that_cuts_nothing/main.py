import argparse

import experiments
from trainer import Trainer

parser = argparse.ArgumentParser()
parser.add_argument("--max_grad_norm", type=float, default=1e8)

experiments.run(Trainer, parser.parse_args())
