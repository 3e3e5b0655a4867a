# packages: transitions six
"""A machine with states, conditions and callbacks."""
from transitions import Machine, MachineError
from transitions.extensions import HierarchicalMachine


class Matter:
    heat = 0

    def warm(self):
        return self.heat > 2

    def on_enter_gas(self):
        print("puff", self.state)

    def note(self):
        print("note", self.state)


m = Matter()
machine = Machine(m, states=["solid", "liquid", "gas"], initial="solid", after_state_change="note")
machine.add_transition("melt", "solid", "liquid")
machine.add_transition("boil", "liquid", "gas", conditions="warm", before=lambda: print("before"))
machine.add_transition("reset", "*", "solid")
print(m.melt(), m.boil(), m.state)
m.heat = 5
print(m.boil(), m.is_gas(), machine.get_triggers("gas"))
try:
    m.melt()
except MachineError as error:
    print(type(error).__name__)
print(m.reset(), m.state)
h = HierarchicalMachine(states=["a", {"name": "b", "children": ["x", "y"], "initial": "x"}], initial="a", transitions=[["go", "a", "b"], ["on", "b_x", "b_y"]])
h.go()
print(h.state, h.on(), h.state)
