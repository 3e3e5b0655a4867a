//! The compiler's symbol tables.

use crate::trace::stages::{NameScope, Scope, Symbol, Word};
use rustpython_vm::compiler::codegen::symboltable::{
    CompilerScope, SymbolFlags, SymbolScope, SymbolTable,
};

/// What each flag says of a name.
const FLAGS: [(SymbolFlags, &str); 10] = [
    (SymbolFlags::DEF_PARAM, "parameter"),
    (SymbolFlags::DEF_LOCAL, "assigned"),
    (SymbolFlags::DEF_IMPORT, "imported"),
    (SymbolFlags::DEF_ANNOT, "annotated"),
    (SymbolFlags::DEF_TYPE_PARAM, "type parameter"),
    (SymbolFlags::USE, "used"),
    (SymbolFlags::DEF_GLOBAL, "declared global"),
    (SymbolFlags::DEF_NONLOCAL, "declared nonlocal"),
    (SymbolFlags::DEF_COMP_ITER, "comprehension variable"),
    (SymbolFlags::DEF_FREE_CLASS, "free in a class"),
];

/// The table and all in it that `symtable` shows, each behind the one that it stands in.
pub(super) fn scopes(table: SymbolTable) -> Vec<Scope> {
    let mut scopes = Vec::new();
    let mut open = vec![(table, None)];
    while let Some((mut table, parent)) = open.pop() {
        let number = scopes.len() as u32;
        scopes.push(scope(&table, parent));
        let mut children = Vec::new();
        let inner = std::mem::take(&mut table.sub_tables);
        let annotations = table.annotation_block.take();
        let mut waiting = inner;
        while let Some(one) = waiting.pop() {
            if one.comp_inlined {
                waiting.extend(one.sub_tables);
            } else {
                children.push(one);
            }
        }
        if !table.future_annotations {
            children.extend(annotations.map(|table| *table));
        }
        // The last is taken first.
        children.sort_by_key(|child| std::cmp::Reverse(child.block_index));
        open.extend(children.into_iter().map(|child| (child, Some(number))));
    }
    scopes
}

fn scope(table: &SymbolTable, parent: Option<u32>) -> Scope {
    let flags = [
        (table.is_nested, "nested"),
        (table.is_method, "method"),
        (table.is_generator, "generator"),
        (table.is_coroutine, "coroutine"),
        (table.needs_class_closure, "has __class__"),
        (table.needs_classdict, "has __classdict__"),
    ];
    let flags = flags.into_iter().filter(|(is, _)| *is);
    Scope {
        name: table.name.to_string(),
        kind: Word::Borrowed(kind(table.typ)),
        parent,
        line: table.line_number,
        flags: flags.map(|(_, word)| Word::Borrowed(word)).collect(),
        node: None,
        symbols: table
            .symbols
            .values()
            .map(|symbol| Symbol {
                name: symbol.name.to_string(),
                scope: name_scope(symbol.scope),
                flags: FLAGS
                    .iter()
                    .filter(|(flag, _)| symbol.flags.contains(*flag))
                    .map(|(_, word)| Word::Borrowed(*word))
                    .collect(),
                owner: None,
                uses: Vec::new(),
            })
            .collect(),
    }
}

fn kind(kind: CompilerScope) -> &'static str {
    match kind {
        CompilerScope::Module => "module",
        CompilerScope::Class => "class",
        CompilerScope::Function | CompilerScope::AsyncFunction => "function",
        CompilerScope::Lambda => "lambda",
        CompilerScope::Comprehension => "comprehension",
        CompilerScope::TypeParams => "type parameters",
        CompilerScope::Annotation => "annotation",
        CompilerScope::TypeAlias => "type alias",
        CompilerScope::TypeVariable => "type variable",
    }
}

fn name_scope(scope: SymbolScope) -> NameScope {
    match scope {
        SymbolScope::Local => NameScope::Local,
        SymbolScope::Cell => NameScope::Cell,
        SymbolScope::Free => NameScope::Free,
        SymbolScope::GlobalExplicit => NameScope::GlobalExplicit,
        SymbolScope::GlobalImplicit => NameScope::GlobalImplicit,
        SymbolScope::Unknown => NameScope::Unknown,
    }
}
