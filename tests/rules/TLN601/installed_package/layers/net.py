from layers.blocks import Used

net = Used()
