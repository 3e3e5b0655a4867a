def read_number(text):
    try:
        return int(text)
    except ValueError:
        return fallback[text]


fallback = {"none": 0}
print(read_number("none"))
print(read_number("ten"))
