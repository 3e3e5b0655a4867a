import textwrap


def poster(text, width):
    lines = textwrap.wrap(text, width)
    return "\n".join(lines)


columns = 24 // 48
print(poster("Python runs your file", columns))
