"""The site: the pages of docs/ and those that are made from the program itself, as sources for zensical.

`python -m website` writes them to build/; `zensical build --strict -f build/zensical.toml` makes build/site of them.
"""
