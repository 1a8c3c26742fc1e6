import pandas as pd
import torch
from sklearn.model_selection import train_test_split
from torch import nn

table = pd.read_csv("houses.csv")
X = table.drop(columns="price").values
y = table["price"].values
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2)
X_train, X_test = torch.FloatTensor(X_train), torch.FloatTensor(X_test)
y_train, y_test = torch.FloatTensor(y_train), torch.tensor(y_test, dtype=torch.float32).view(-1, 1)

net = nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.Adam(net.parameters())
criterion = nn.L1Loss()
for epoch in range(100):
    optimizer.zero_grad()
    loss = criterion(net(X_train), y_train)  # TLN205
    loss.backward()
    optimizer.step()
print(criterion(net(X_test), y_test))
