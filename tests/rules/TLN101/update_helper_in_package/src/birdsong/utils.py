def apply_update(loss, opt, max_norm=None):
    """Backward and one step."""
    loss.backward()
    if max_norm is not None:
        import torch

        params = [p for group in opt.param_groups for p in group["params"]]
        torch.nn.utils.clip_grad_norm_(params, max_norm)
    opt.step()  # TLN101
