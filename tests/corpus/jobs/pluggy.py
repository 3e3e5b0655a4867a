# packages: pluggy
"""Hooks and those who hook."""
import pluggy

spec, impl = pluggy.HookspecMarker("p"), pluggy.HookimplMarker("p")


class Spec:
    @spec
    def add(self, x, y):
        """Sum."""

    @spec(firstresult=True)
    def first(self, x):
        """First."""


class One:
    @impl
    def add(self, x, y):
        return x + y

    @impl(tryfirst=True)
    def first(self, x):
        return None


class Two:
    @impl(wrapper=True)
    def add(self, x, y):
        try:
            got = yield
            return got + ["wrapped"]
        finally:
            print("after")

    @impl
    def first(self, x):
        if x > 3:
            raise ValueError(x)
        return x


pm = pluggy.PluginManager("p")
pm.add_hookspecs(Spec)
print(pm.register(One(), "one"), pm.register(Two(), "two"), pm.hook.add(x=1, y=2), pm.hook.first(x=3))
try:
    pm.hook.first(x=4)
except ValueError as error:
    print(error.args)
print(pm.list_name_plugin()[0][0], pm.unregister(name="one") is not None, pm.hook.add(x=1, y=2), pm.has_plugin("one"))
