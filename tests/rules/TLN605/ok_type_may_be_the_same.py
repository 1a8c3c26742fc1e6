import torch


def tokens(tokenizer, texts):
    ids, masks = [], []
    for text in texts:
        encoded = tokenizer.encode_plus(text, return_tensors="pt")
        ids.append(encoded["input_ids"])
        masks.append(encoded["attention_mask"])
    ids, masks = torch.cat(ids, dim=0), torch.cat(masks, dim=0)
    ids.to(dtype=torch.long)
    masks.to(dtype=torch.long)
    return ids, masks


class Pose:
    def __init__(self, dtype=torch.float32):
        start = torch.zeros(3, dtype=dtype)
        start.float()
        self.start = torch.nn.Parameter(start)
