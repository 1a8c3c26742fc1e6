import itertools

import torch


def pretrain(lm, stream, args):
    optimizer = torch.optim.AdamW(lm.parameters(), lr=args.lr, weight_decay=0.1)
    data = iter(stream)
    lm.train()
    for it in itertools.count():
        if it >= args.max_iters:
            break
        for micro in range(args.accumulate):
            tokens = next(data)
            logits = lm(tokens[:, :-1])
            loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
            (loss / args.accumulate).backward()
        torch.nn.utils.clip_grad_norm_(lm.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if it % 100 == 0:
            print(it, loss.item())
