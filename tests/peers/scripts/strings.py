word = "note"
copy = word
word += "book"
letters = list(copy)
letters[0] = "v"
joined = "".join(letters)  # memviz: picture
print(word, copy, joined)
