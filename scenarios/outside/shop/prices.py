"""What things cost."""
PRICES = {"tea": 5, "cake": 20}
