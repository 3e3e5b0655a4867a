import asyncio

orders = []


async def cook(dish, rounds):
    for number in range(rounds):
        orders.append(f"{dish} {number}")  # memviz: picture
        await asyncio.sleep(0)
    return dish


async def kitchen():
    soup = asyncio.create_task(cook("soup", 2))
    cake = asyncio.create_task(cook("cake", 2))
    return await asyncio.gather(soup, cake)


print(asyncio.run(kitchen()), orders)
