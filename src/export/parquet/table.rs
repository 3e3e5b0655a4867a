//! A table as a file in Parquet, written row group by row group.

use super::schema::{ColumnKind, ColumnSchema, TableSchema};
use crate::export::ExportError;
use crate::trace::{Label, Symbol, Symbols};
use parquet::basic::{Compression, Encoding, LogicalType, Repetition, Type as PhysicalType};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{ColumnPath, Type};
use rustc_hash::FxHashMap;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;
use std::sync::Arc;

/// Rows that are kept in memory and written together: what DuckDB, Polars and Spark take at a time.
const ROWS: usize = 1 << 17;
/// Raised where a column changes its meaning or goes.
const VERSION: &str = "1";

/// What stands in one place.
pub(super) enum Cell {
    Null,
    Number(i64),
    Flag(bool),
    Text(ByteArray),
}

impl From<u32> for Cell {
    fn from(number: u32) -> Cell {
        Cell::Number(number.into())
    }
}

impl From<usize> for Cell {
    fn from(number: usize) -> Cell {
        i64::try_from(number).map_or(Cell::Null, Cell::Number)
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Cell {
        i64::try_from(number).map_or(Cell::Null, Cell::Number)
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Cell {
        Cell::Flag(flag)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.into())
    }
}

impl From<ByteArray> for Cell {
    fn from(text: ByteArray) -> Cell {
        Cell::Text(text)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Cell {
        value.map_or(Cell::Null, Into::into)
    }
}

/// Texts that stand in many rows, each once.
pub(super) struct Texts<'t> {
    symbols: &'t Symbols,
    of_symbol: FxHashMap<Symbol, ByteArray>,
    of_label: FxHashMap<Label, ByteArray>,
}

impl<'t> Texts<'t> {
    /// So many are remembered.
    const MOST: usize = 1 << 16;

    pub(super) fn new(symbols: &'t Symbols) -> Texts<'t> {
        Texts {
            symbols,
            of_symbol: FxHashMap::default(),
            of_label: FxHashMap::default(),
        }
    }

    pub(super) fn symbol(&mut self, symbol: Symbol) -> ByteArray {
        if self.of_symbol.len() >= Self::MOST {
            self.of_symbol.clear();
        }
        let symbols = self.symbols;
        let text = self.of_symbol.entry(symbol);
        text.or_insert_with(|| symbols.text(symbol).into()).clone()
    }

    pub(super) fn label(&mut self, label: Label) -> ByteArray {
        if self.of_label.len() >= Self::MOST {
            self.of_label.clear();
        }
        let symbols = self.symbols;
        let text = self.of_label.entry(label);
        text.or_insert_with(|| label.display(symbols).as_str().into())
            .clone()
    }
}

/// The rows of a column that are not written yet.
struct Column {
    values: Values,
    /// For each row 1 where there is a value, 0 where there is none; only where there may be none.
    levels: Option<Vec<i16>>,
}

enum Values {
    Numbers(Vec<i64>),
    Flags(Vec<bool>),
    Texts(Vec<ByteArray>),
}

impl Column {
    fn new(&ColumnSchema(_, kind, is_nullable): &ColumnSchema) -> Column {
        Column {
            values: match kind {
                ColumnKind::Number => Values::Numbers(Vec::new()),
                ColumnKind::Flag => Values::Flags(Vec::new()),
                ColumnKind::Text => Values::Texts(Vec::new()),
            },
            levels: is_nullable.then(Vec::new),
        }
    }

    fn push(&mut self, cell: Cell) {
        let is_there = !matches!(cell, Cell::Null);
        match (&mut self.values, cell) {
            (Values::Numbers(numbers), Cell::Number(number)) => numbers.push(number),
            (Values::Flags(flags), Cell::Flag(flag)) => flags.push(flag),
            (Values::Texts(texts), Cell::Text(text)) => texts.push(text),
            (_, Cell::Null) if self.levels.is_some() => {}
            _ => unreachable!("a table's rows have the cells of its schema"),
        }
        if let Some(levels) = &mut self.levels {
            levels.push(is_there.into());
        }
    }

    fn write(
        &mut self,
        to: &mut SerializedRowGroupWriter<'_, BufWriter<File>>,
    ) -> Result<(), ParquetError> {
        let levels = self.levels.as_deref();
        let Some(mut column) = to.next_column()? else {
            return Ok(());
        };
        match &mut self.values {
            Values::Numbers(numbers) => {
                let column = column.typed::<Int64Type>();
                column.write_batch(numbers, levels, None)?;
                numbers.clear();
            }
            Values::Flags(flags) => {
                let column = column.typed::<BoolType>();
                column.write_batch(flags, levels, None)?;
                flags.clear();
            }
            Values::Texts(texts) => {
                let column = column.typed::<ByteArrayType>();
                column.write_batch(texts, levels, None)?;
                texts.clear();
            }
        }
        if let Some(levels) = &mut self.levels {
            levels.clear();
        }
        column.close()
    }
}

/// A table that is being written.
pub(super) struct Table {
    writer: SerializedFileWriter<BufWriter<File>>,
    columns: Vec<Column>,
    /// Rows that are not written yet.
    waiting: usize,
    rows: u64,
}

impl Table {
    /// Begins the table's file in a folder.
    pub(super) fn begin(schema: &TableSchema, folder: &Path) -> Result<Table, ExportError> {
        let path = folder.join(format!("{}.parquet", schema.name));
        let file = BufWriter::new(File::create_new(path)?);
        let (form, properties) = described(schema).map_err(failed)?;
        let writer = SerializedFileWriter::new(file, form, properties).map_err(failed)?;
        Ok(Table {
            writer,
            columns: schema.columns.iter().map(Column::new).collect(),
            waiting: 0,
            rows: 0,
        })
    }

    pub(super) fn row<const N: usize>(&mut self, cells: [Cell; N]) -> Result<(), ExportError> {
        debug_assert_eq!(N, self.columns.len());
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.push(cell);
        }
        self.waiting += 1;
        match self.waiting {
            ROWS => self.write_group(),
            _ => Ok(()),
        }
    }

    fn write_group(&mut self) -> Result<(), ExportError> {
        let mut group = self.writer.next_row_group().map_err(failed)?;
        for column in &mut self.columns {
            column.write(&mut group).map_err(failed)?;
        }
        group.close().map_err(failed)?;
        self.rows += std::mem::take(&mut self.waiting) as u64;
        Ok(())
    }

    /// Writes what is left, and the file's end; returns the number of rows.
    pub(super) fn end(mut self) -> Result<u64, ExportError> {
        if self.waiting > 0 {
            self.write_group()?;
        }
        let file = self.writer.into_inner().map_err(failed)?;
        file.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(self.rows)
    }
}

fn failed(error: ParquetError) -> ExportError {
    match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(error) => ExportError::Write(*error),
            Err(cause) => ExportError::Write(io::Error::other(cause)),
        },
        error => ExportError::Write(io::Error::other(error)),
    }
}

/// The schema as Parquet has it, and how the file is written.
fn described(schema: &TableSchema) -> Result<(Arc<Type>, Arc<WriterProperties>), ParquetError> {
    let about = KeyValue::new("memviz-tables".to_owned(), VERSION.to_owned());
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("memviz version ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(vec![about]))
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(ROWS));
    let mut fields = Vec::new();
    for ColumnSchema(name, kind, is_nullable) in schema.columns {
        let (physical, logical) = match kind {
            ColumnKind::Number => (PhysicalType::INT64, None),
            ColumnKind::Flag => (PhysicalType::BOOLEAN, None),
            ColumnKind::Text => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
        };
        if *kind == ColumnKind::Number {
            // Of numbers of which too few are the same for a dictionary.
            let path = ColumnPath::from(*name);
            properties = properties.set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
        }
        let field = Type::primitive_type_builder(name, physical)
            .with_logical_type(logical)
            .with_repetition(match is_nullable {
                true => Repetition::OPTIONAL,
                false => Repetition::REQUIRED,
            });
        fields.push(Arc::new(field.build()?));
    }
    let form = Type::group_type_builder(schema.name).with_fields(fields);
    Ok((Arc::new(form.build()?), Arc::new(properties.build())))
}
