//! Names that the interpreter puts into namespaces by itself. The agent for CPython includes this file.

/// What the interpreter puts into a module's namespace, or a class body's, by itself.
const IMPLICIT_NAMES: [&str; 19] = [
    "__name__",
    "__doc__",
    "__package__",
    "__loader__",
    "__spec__",
    "__file__",
    "__cached__",
    "__path__",
    "__builtins__",
    "__annotations__",
    "__annotate__",
    "__conditional_annotations__",
    "__module__",
    "__qualname__",
    "__firstlineno__",
    "__static_attributes__",
    "__classdict__",
    "__classdictcell__",
    "__type_params__",
];

/// Whether a name of a namespace is one of these.
pub(crate) fn is_implicit(name: &str) -> bool {
    name.starts_with("__") && IMPLICIT_NAMES.contains(&name)
}
