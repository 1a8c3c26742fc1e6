import torch
from transformers import Trainer, TrainingArguments


class WeightedTrainer(Trainer):
    def compute_loss(self, model, inputs, return_outputs=False, **kwargs):
        labels = inputs.pop("labels")
        outputs = model(**inputs)
        weight = torch.tensor([0.2, 0.8], device=outputs.logits.device)
        loss = torch.nn.functional.cross_entropy(outputs.logits, labels, weight=weight)
        return (loss, outputs) if return_outputs else loss


def run(model, train_set):
    args = TrainingArguments(output_dir="out", num_train_epochs=2)
    WeightedTrainer(model=model, args=args, train_dataset=train_set).train()
