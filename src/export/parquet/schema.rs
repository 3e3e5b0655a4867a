//! The tables and their columns. `docs/parquet.md` says what each means.

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnKind {
    /// Whole numbers of 64 bits, with a sign.
    Number,
    /// UTF-8.
    Text,
    Flag,
}

/// A column: its name, what stands in it, and whether it can be NULL.
pub(super) struct ColumnSchema(pub &'static str, pub ColumnKind, pub bool);

/// A table: its name, which is that of its file as well, and its columns.
pub(super) struct TableSchema {
    pub(super) name: &'static str,
    pub(super) columns: &'static [ColumnSchema],
}

const fn number(name: &'static str) -> ColumnSchema {
    ColumnSchema(name, ColumnKind::Number, false)
}

const fn maybe_number(name: &'static str) -> ColumnSchema {
    ColumnSchema(name, ColumnKind::Number, true)
}

const fn text(name: &'static str) -> ColumnSchema {
    ColumnSchema(name, ColumnKind::Text, false)
}

const fn maybe_text(name: &'static str) -> ColumnSchema {
    ColumnSchema(name, ColumnKind::Text, true)
}

const fn flag(name: &'static str) -> ColumnSchema {
    ColumnSchema(name, ColumnKind::Flag, false)
}

pub(super) const STEPS: TableSchema = TableSchema {
    name: "steps",
    columns: &[
        number("step"),
        text("event"),
        maybe_text("passage"),
        text("file"),
        text("function"),
        number("line"),
        text("ran_file"),
        maybe_number("ran_line"),
        maybe_number("ran_call"),
        maybe_text("opcode"),
        maybe_number("thread"),
        maybe_number("call"),
        number("depth"),
        text("stdout"),
        text("stderr"),
        text("stdin"),
        number("allocated"),
        number("freed"),
        number("living"),
        number("living_bytes"),
    ],
};

pub(super) const OBJECTS: TableSchema = TableSchema {
    name: "objects",
    columns: &[
        number("object"),
        text("type"),
        text("kind"),
        maybe_text("name"),
        maybe_text("value"),
        maybe_number("address"),
        maybe_number("size"),
        flag("immortal"),
        maybe_text("kept"),
        maybe_number("born_step"),
        maybe_text("born_file"),
        maybe_number("born_line"),
        maybe_number("born_call"),
        maybe_number("first_step"),
        maybe_number("gone_step"),
        maybe_number("died_step"),
        maybe_text("cause"),
    ],
};

pub(super) const REFERENCES: TableSchema = TableSchema {
    name: "references",
    columns: &[
        text("holder_kind"),
        maybe_number("holder"),
        maybe_number("call"),
        maybe_text("name_kind"),
        text("label"),
        flag("weak"),
        number("object"),
        number("born_step"),
        maybe_number("died_step"),
    ],
};

pub(super) const COUNTS: TableSchema = TableSchema {
    name: "counts",
    columns: &[
        number("object"),
        maybe_number("count"),
        number("born_step"),
        maybe_number("died_step"),
    ],
};

pub(super) const DEATHS: TableSchema = TableSchema {
    name: "deaths",
    columns: &[
        number("step"),
        maybe_number("position"),
        number("object"),
        text("type"),
        maybe_text("file"),
        maybe_number("line"),
        maybe_number("call"),
        maybe_text("cause"),
        maybe_number("collection"),
    ],
};

pub(super) const COLLECTIONS: TableSchema = TableSchema {
    name: "collections",
    columns: &[
        number("collection"),
        number("step"),
        number("generation"),
        flag("automatic"),
        number("candidates"),
        number("unreachable"),
        number("weakrefs_cleared"),
        number("finalized"),
        number("resurrected"),
        number("collected"),
    ],
};

pub(super) const CANDIDATES: TableSchema = TableSchema {
    name: "candidates",
    columns: &[
        number("collection"),
        number("step"),
        number("object"),
        maybe_number("count"),
        maybe_number("count_from_outside"),
        flag("unreachable"),
        flag("finalized"),
        flag("resurrected"),
        flag("collected"),
    ],
};

pub(super) const CALLS: TableSchema = TableSchema {
    name: "calls",
    columns: &[
        number("call"),
        number("thread"),
        maybe_number("caller"),
        number("depth"),
        text("function"),
        text("qualified_name"),
        flag("class_body"),
        text("file"),
        number("first_line"),
        maybe_text("passage"),
        maybe_number("function_object"),
        number("born_step"),
        maybe_number("died_step"),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_tells_of_each_column() {
        let page = include_str!("../../../docs/parquet.md");
        let all = [
            STEPS,
            OBJECTS,
            REFERENCES,
            COUNTS,
            DEATHS,
            COLLECTIONS,
            CANDIDATES,
            CALLS,
        ];
        for table in all {
            let heading = format!("\n## `{}`\n", table.name);
            let (_, section) = page.split_once(&heading).expect(table.name);
            let section = section.split("\n## ").next().unwrap_or_default();
            for ColumnSchema(name, ..) in table.columns {
                let row = format!("\n| `{name}` |");
                assert!(section.contains(&row), "{}.{name}", table.name);
            }
            let rows = section.matches("\n| `").count();
            assert_eq!(rows, table.columns.len(), "{}", table.name);
        }
    }
}
