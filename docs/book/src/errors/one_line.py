people = 0
share = 60 / people
