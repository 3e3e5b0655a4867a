"""A package: its own code runs before that of any module in it."""
name = "shop"
