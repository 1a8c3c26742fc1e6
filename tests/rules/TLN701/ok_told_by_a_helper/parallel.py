def sampler_set_epoch(loader, epoch, distributed):
    if distributed:
        loader.sampler.set_epoch(epoch)
