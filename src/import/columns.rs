//! The columns of a file whose values are kept, and what of a record goes into them.

use super::cell::CellType;
use super::error::Reason;
use super::header::Role;
use super::ids::IdType;
use super::plan::Table;
use super::reading::{Reading, Stopped};
use super::record::{Fields, Record};
use crate::storage::Column;

/// A cell in a message is cut behind so many letters.
const MOST_LETTERS: usize = 60;

/// A column that is kept: of which field, of which type, and as what.
pub(super) struct Kept {
    field: usize,
    cell_type: CellType,
    name: String,
    pub column: Column,
}

impl Kept {
    pub(super) fn append(&mut self, fields: &Fields<'_>, list_delimiter: char) -> Result<(), Reason> {
        let Some(field) = fields.get(self.field) else { return Ok(()) };
        if self.cell_type.append(&mut self.column, field, list_delimiter) {
            return Ok(());
        }
        let (name, hint) = (self.cell_type.told(), self.cell_type.hint(field.text, list_delimiter));
        Err(Reason::Value { column: self.name.clone(), text: quoted(field.text), wanted: name + &hint })
    }

    pub(super) fn take(&mut self) -> Column {
        let next = self.cell_type.column(self.column.key);
        std::mem::replace(&mut self.column, next)
    }
}

/// The fields of a record, if it has as many as there are columns.
pub(super) fn fields_of<'f>(record: &Record<'f>, table: &Table) -> Result<Fields<'f>, Reason> {
    let fields = record.fields.clone()?;
    let (found, columns) = (fields.count, table.columns.len());
    if found == columns { Ok(fields) } else { Err(Reason::FieldCount { found, columns }) }
}

/// The field with a role.
pub(super) fn place(table: &Table, is_role: impl Fn(&Role) -> bool) -> Option<usize> {
    table.columns.iter().position(|column| is_role(&column.role))
}

pub(super) fn kept_columns(
    reading: &mut Reading<'_>,
    table: &Table,
    id_type: Option<IdType>,
) -> Result<Vec<Kept>, Stopped> {
    let mut kept = Vec::new();
    for (field, header) in table.columns.iter().enumerate() {
        let (key, cell_type) = match &header.role {
            Role::Property { key, .. } => (key, header.cell_type()),
            Role::Id { key: Some(key), .. } => (key, id_type.unwrap_or_default().cell_type()),
            Role::Id { key: None, .. }
            | Role::Start { .. }
            | Role::End { .. }
            | Role::Labels
            | Role::Type
            | Role::Ignored => continue,
        };
        let number = reading.key(key)?;
        kept.push(Kept { field, cell_type, name: key.clone(), column: cell_type.column(number) });
    }
    Ok(kept)
}

/// A text in a message.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(MOST_LETTERS) {
        Some((end, _)) => format!("`{}...`", text[..end].escape_debug()),
        None => format!("`{}`", text.escape_debug()),
    }
}
