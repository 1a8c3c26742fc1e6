from setuptools import setup

setup(name="layers", packages=["layers"])
