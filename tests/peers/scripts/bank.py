def open_account(name, money):
    return {"name": name, "money": money, "log": []}


def pay(account, amount):
    if amount > account["money"]:
        print("not enough")
        return
    account["money"] -= amount
    account["log"].append(-amount)


accounts = {}
accounts["ann"] = open_account("Ann", 90)
accounts["ben"] = open_account("Ben", 20)
pay(accounts["ben"], 50)
shared = accounts["ann"]
pay(shared, 40)  # memviz: picture
print(accounts["ann"]["money"])
