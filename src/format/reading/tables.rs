//! The files of a database that was written as tables.

use std::collections::HashSet;
use std::mem::discriminant;

use super::Reading;
use crate::Value;
use crate::format::export::{HEAD_FILE, Kind, LIST_DELIMITER, Scalar};
use crate::format::line::{FileId, Found, Node, Rel};
use crate::import::{CsvRecords, ImportError, ImportFile};

/// What a column says of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Column {
    Id,
    Labels,
    Start,
    End,
    Type,
    State,
    Commit,
    Ignored,
    Property { key: String, kind: Kind },
}

impl Column {
    /// That of a property.
    fn key(&self) -> &str {
        if let Column::Property { key, .. } = self { key } else { "" }
    }
}

/// A file with rows.
struct Table<'f> {
    file: &'f ImportFile,
    columns: Vec<Column>,
}

pub(super) fn read(files: &[ImportFile], reading: &mut Reading<'_, '_>) -> Result<(), ImportError> {
    let is_head = |file: &&ImportFile| file.name().rsplit(['/', '\\']).next() == Some(HEAD_FILE);
    let (heads, tables): (Vec<&ImportFile>, Vec<&ImportFile>) = files.iter().partition(is_head);
    for head in &heads {
        super::jsonl::read(std::slice::from_ref(*head), reading)?;
    }
    let mut tables = tables.into_iter().map(table).collect::<Result<Vec<_>, _>>()?;
    tables.sort_by_key(Table::is_of_rels);
    for table in &tables {
        reading.begin_file(table.file);
        let mut records = CsvRecords::open(table.file)?;
        records.read()?;
        while let Some(record) = records.read_cells()? {
            let found = record.content.map_err(|reason| ("row", reason));
            match found.and_then(|cells| table.element(cells, !heads.is_empty())) {
                Ok(found) => reading.add(found, record.line, &record.raw)?,
                Err((kind, message)) => reading.pass_over(record.line, &record.raw, kind, &message)?,
            }
        }
    }
    Ok(())
}

fn table(file: &ImportFile) -> Result<Table<'_>, ImportError> {
    let refused = |message: String| ImportError::Header { file: file.name().to_owned(), message };
    let header = match CsvRecords::open(file)?.read()?.map(|record| record.content) {
        Some(Ok(header)) => header,
        Some(Err(reason)) => return Err(refused(format!("the header cannot be read: {reason}"))),
        None => return Err(refused("it is empty; the first line says what the columns are".to_owned())),
    };
    let is_of_rels = header.iter().any(|cell| cell == ":START_ID");
    let columns = header.iter().map(|cell| column(cell, is_of_rels)).collect::<Result<Vec<_>, _>>().map_err(refused)?;
    check(&columns, is_of_rels).map_err(refused)?;
    Ok(Table { file, columns })
}

fn column(cell: &str, is_of_rels: bool) -> Result<Column, String> {
    let Some((key, kind)) = cell.rsplit_once(':') else { return Err(unknown(cell)) };
    Ok(match (key, kind, is_of_rels) {
        ("", "ID", false) | ("id", "IGNORE", true) => Column::Id,
        ("", "LABEL", false) => Column::Labels,
        ("", "START_ID", true) => Column::Start,
        ("", "END_ID", true) => Column::End,
        ("", "TYPE", true) => Column::Type,
        ("", "STATE", true) => Column::State,
        ("commit", "IGNORE", _) => Column::Commit,
        (_, "IGNORE", _) => Column::Ignored,
        (key, kind, _) => {
            Column::Property { key: key.to_owned(), kind: Kind::named(kind).ok_or_else(|| unknown(cell))? }
        }
    })
}

fn unknown(cell: &str) -> String {
    let cell = cell.escape_debug();
    format!("`{cell}` is no column of a database that was exported; `--nodes` and `--rels` read other tables")
}

fn check(columns: &[Column], is_of_rels: bool) -> Result<(), String> {
    let wanted: &[(Column, &str)] = if is_of_rels {
        &[(Column::Start, ":START_ID"), (Column::End, ":END_ID"), (Column::Type, ":TYPE")]
    } else {
        &[(Column::Id, ":ID")]
    };
    if let Some((_, name)) = wanted.iter().find(|(column, _)| !columns.contains(column)) {
        return Err(format!("the column `{name}` is missing"));
    }
    let mut known = HashSet::new();
    let mut said = columns.iter().enumerate().filter(|(_, column)| **column != Column::Ignored);
    match said.find(|(_, column)| !known.insert((discriminant(*column), column.key()))) {
        Some((_, Column::Property { key, .. })) => Err(format!("the column `{}` is there twice", key.escape_debug())),
        Some((place, _)) => Err(format!("column {} is the second one of its kind", place + 1)),
        None => Ok(()),
    }
}

/// What is wrong with a row, and under which it is counted.
type Reason = (&'static str, String);

impl Table<'_> {
    fn is_of_rels(&self) -> bool {
        self.columns.contains(&Column::Start)
    }

    fn element(&self, cells: Vec<Option<String>>, has_commits: bool) -> Result<Found, Reason> {
        if cells.len() != self.columns.len() {
            return Err(("number of fields", format!("{} fields, and {} columns", cells.len(), self.columns.len())));
        }
        let mut own: [Option<String>; 7] = Default::default();
        let mut properties = Vec::new();
        for (column, cell) in self.columns.iter().zip(cells) {
            let place = match column {
                Column::Property { key, kind } => {
                    if let Some(cell) = cell {
                        properties.push((key.clone(), value(key, *kind, &cell)?));
                    }
                    continue;
                }
                Column::Ignored => continue,
                Column::Id => 0,
                Column::Labels => 1,
                Column::Start => 2,
                Column::End => 3,
                Column::Type => 4,
                Column::State => 5,
                Column::Commit => 6,
            };
            own[place] = cell;
        }
        let [id, labels, start, end, rel_type, state, commit] = own;
        let id = id.map(file_id);
        let commit = match commit.filter(|_| has_commits) {
            Some(text) => Some(text.parse().map_err(|_| ("value", format!("`{text}` is no number of a commit")))?),
            None => None,
        };
        if !self.is_of_rels() {
            let id = Some(id.ok_or(("missing", "the id is missing".to_owned()))?);
            return Ok(Found::Node(Node { id, labels: labels_of(labels)?, properties, commit }));
        }
        let missing = |what: &str| ("missing", format!("the {what} is missing"));
        let quoted = match state.as_deref() {
            None | Some("asserted") => false,
            Some("quoted") => true,
            Some(other) => return Err(("value", format!("`{other}` is neither `asserted` nor `quoted`"))),
        };
        Ok(Found::Rel(Rel {
            id,
            type_name: rel_type.ok_or_else(|| missing("type"))?,
            start: file_id(start.ok_or_else(|| missing("start"))?),
            end: file_id(end.ok_or_else(|| missing("end"))?),
            quoted,
            properties,
            commit,
        }))
    }
}

fn value(key: &str, kind: Kind, cell: &str) -> Result<Value, Reason> {
    let value = if kind.scalar == Scalar::Json { kind.value(cell) } else { kind.split(cell, LIST_DELIMITER) };
    value.ok_or_else(|| {
        let shown: String = cell.chars().take(60).collect();
        ("value", format!("`{}`: `{}` is no {}", key.escape_debug(), shown.escape_debug(), kind.name()))
    })
}

fn file_id(text: String) -> FileId {
    match text.parse::<u64>() {
        Ok(number) if number.to_string() == text => FileId::Number(number),
        _ => FileId::Text(text),
    }
}

fn labels_of(cell: Option<String>) -> Result<Vec<String>, Reason> {
    match cell {
        None => Ok(Vec::new()),
        Some(text) if text.is_empty() => Ok(Vec::new()),
        Some(text) if text.starts_with('[') => {
            serde_json::from_str(&text).map_err(|_| ("value", format!("`{text}` is no list of labels")))
        }
        Some(text) => Ok(text.split(LIST_DELIMITER).map(str::to_owned).collect()),
    }
}
