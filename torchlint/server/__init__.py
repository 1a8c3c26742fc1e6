"""The language server: what editors see of the linter. Needs pygls, which `torchlint[server]` brings."""
