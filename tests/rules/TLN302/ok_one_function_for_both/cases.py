from train import run_training


def run_cases(cases):
    for case in cases:
        run_training(case)


if __name__ == "__main__":
    run_cases([{"optimizer": "adam"}, {"optimizer": "sgd"}])
