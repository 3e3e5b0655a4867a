class Team:
    def __init__(self):
        self.players = {"Ada": 3, "Grace": 5}

    def score(self, name):
        return self.players[name]


team = Team()
print(team.score("Grace"))
print(team.score("Alan"))
