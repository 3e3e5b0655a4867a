"""Adds prices up."""
from shop import prices


def total(names):
    return sum(prices.PRICES[name] for name in names)
