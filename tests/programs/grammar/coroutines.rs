//! Coroutines: driven by hand, and by asyncio.

use super::{Gen, Place};

pub fn program(g: &mut Gen) {
    g.enter(Place::Module);
    g.budget = 18 + g.below(20);
    g.function(Place::Coroutine, "co", "x=1");
    g.function(Place::AsyncGenerator, "ag", "x=1");
    g.function_with(Place::Coroutine, "main", "", |g| {
        g.body(1, 3);
        g.block("try:", |g| {
            g.line("t('co', num(await co()))");
            g.block("async for x in ag():", |g| {
                g.scope_mut().loops += 1;
                g.body(1, 3);
                g.scope_mut().loops -= 1;
            });
            g.block("async with Cm('outer'), Cm('inner', True):", |g| g.body(1, 3));
        });
        g.line("except Own as e:\n    told(e)");
        if g.one_in(2) {
            g.block("finally:", |g| g.body(1, 2));
        }
        g.line("it = ag()\nt(num(await anext(it)))\ntry:\n    t(num(await it.asend(4)))\n    t(num(await it.athrow(Own(5))))\nexcept BaseException as e:\n    told(e)\nawait it.aclose()");
        g.line("return [x async for x in Count(3)], {x: await wait(x) for x in range(2)}");
    });
    g.line("run(main())");
    let plan = g
        .plan()
        .replace("'next'", "None")
        .replace("GeneratorExit()", "Own(8)");
    g.line(format!(
        "c = main()\nfor do in [{plan}]:\n    try:\n        if do == 'close': c.close()\n        elif isinstance(do, Exception): t(c.throw(do))\n        else: t(c.send(do if c.cr_frame and c.cr_await else None))\n    except BaseException as error:\n        told(error)\nc.close()"
    ));
    g.leave();
}

/// Tasks, queues and locks of asyncio, in an order that is fixed.
pub fn asyncio(g: &mut Gen) {
    g.enter(Place::Module);
    g.line("import asyncio\nasync def wait(n):\n    for i in range(n):\n        print('wait', i)\n        await asyncio.sleep(0)\n    return n");
    g.budget = 16 + g.below(12);
    g.function(Place::Coroutine, "co", "x=1");
    g.function(Place::AsyncGenerator, "ag", "x=1");
    g.function_with(Place::Coroutine, "worker", "name, queue, lock", |g| {
        g.block("while True:", |g| {
            g.line("item = await queue.get()\nif item is None:\n    return name");
            g.block("async with lock:", |g| {
                g.line("print(name, item)\nawait asyncio.sleep(0)");
                g.body(0, 2);
            });
        });
    });
    g.function_with(Place::Coroutine, "main", "", |g| {
        let (tasks, items) = (1 + g.below(3), 1 + g.below(5));
        g.line(format!("queue, lock = asyncio.Queue(), asyncio.Lock()\nfor item in range({items}):\n    queue.put_nowait(item)\nfor _ in range({tasks}):\n    queue.put_nowait(None)\ndone = await asyncio.gather(*[worker(n, queue, lock) for n in range({tasks})], return_exceptions=True)\nprint([type(d).__name__ for d in done])"));
        g.body(1, 3);
        match g.below(4) {
            0 => g.line("task = asyncio.create_task(wait(9))\nawait asyncio.sleep(0)\ntask.cancel()\ntry:\n    await task\nexcept asyncio.CancelledError as e:\n    told(e)"),
            1 => g.line("try:\n    async with asyncio.TaskGroup() as group:\n        group.create_task(wait(2))\n        group.create_task(co())\n        boom(0)\nexcept* Exception as e:\n    told(e)"),
            2 => g.line("try:\n    await asyncio.wait_for(asyncio.Event().wait(), 0.01)\nexcept TimeoutError:\n    print('timeout')"),
            _ => g.line("future = asyncio.get_running_loop().create_future()\nfuture.add_done_callback(lambda f: print('done', f.result()))\nfuture.set_result(3)\nprint(await future)\nawait asyncio.sleep(0)"),
        }
        g.line("async for x in ag():\n    print(num(x))\n    break\nreturn 7");
    });
    g.line("try:\n    print(asyncio.run(main()))\nexcept BaseException as error:\n    told(error)");
    g.leave();
}
