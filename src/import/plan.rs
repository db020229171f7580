//! Which files are read, what their columns are, and which groups of ids there are: all that is known before the first row.

use std::collections::BTreeMap;
use std::mem::take;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::cell::CellType;
use super::error::ImportError;
use super::first_line::FirstLine;
use super::header::{Elements, HeaderColumn, PlainNames, Role, read_header};
use super::ids::{Group, IdType};
use super::infer::Guess;
use super::record::{Marks, RecordReader};
use super::source::ImportFile;
use crate::value::nearest::nearest;

/// Files that belong together, as they are given.
#[derive(Clone, Debug)]
pub(super) struct FileSet {
    pub elements: Elements,
    /// Labels of nodes, separated by colons, or the type of relationships; empty where the files say it.
    pub name: String,
    pub files: Vec<ImportFile>,
}

/// How files are read.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub marks: Marks,
    pub list_delimiter: char,
    pub names: PlainNames,
    pub id_type: IdType,
    pub infers: bool,
}

#[derive(Debug)]
pub(super) struct Plan {
    /// Those of nodes come first.
    pub tables: Vec<Table>,
    pub groups: Vec<GroupPlan>,
}

/// A file with rows.
#[derive(Debug)]
pub(super) struct Table {
    pub elements: Elements,
    pub name: String,
    pub file: ImportFile,
    pub columns: Vec<HeaderColumn>,
    /// Whether its first record is its header.
    pub has_header: bool,
    /// Of nodes.
    pub group: Option<Group>,
    /// Of the ends of relationships.
    pub start_group: Option<Group>,
    pub end_group: Option<Group>,
    /// Those that belong together have one number.
    set: usize,
}

#[derive(Debug)]
pub(super) struct GroupPlan {
    pub name: String,
    pub id_type: IdType,
}

impl Plan {
    pub(super) fn new(sets: Vec<FileSet>, settings: &Settings) -> Result<Self, ImportError> {
        let mut tables = Vec::new();
        for (number, set) in sets.into_iter().enumerate() {
            add_tables(&mut tables, number, set, settings)?;
        }
        tables.sort_by_key(|table| table.elements == Elements::Rels);
        if settings.infers {
            infer(&mut tables, settings)?;
        }
        let groups = find_groups(&mut tables, settings)?;
        find_ends(&mut tables, &groups)?;
        Ok(Self { tables, groups })
    }
}

/// The head of a file.
struct Head {
    header: Vec<String>,
    has_rows: bool,
}

fn add_tables(tables: &mut Vec<Table>, set: usize, files: FileSet, settings: &Settings) -> Result<(), ImportError> {
    let FileSet { elements, name, files } = files;
    let is_list = files.len() > 1;
    let mut shared: Option<Vec<String>> = None;
    for (place, file) in files.into_iter().enumerate() {
        let Some(head) = read_head(&file, settings)? else {
            if shared.is_some() {
                continue;
            }
            return Err(header_error(&file, "it is empty; the first line says what the columns are"));
        };
        if place == 0 && is_list && !head.has_rows {
            parse(&file, &head.header, elements, settings)?;
            shared = Some(head.header);
            continue;
        }
        let first_line = shared.as_ref().map(|shared| FirstLine::of(&head.header, shared, &settings.names));
        let (header, has_header) = match (first_line, &shared) {
            (None | Some(FirstLine::Header), _) | (_, None) => (&head.header, true),
            (Some(FirstLine::Row), Some(shared)) => (shared, false),
            (Some(FirstLine::Unclear), _) => return Err(header_error(&file, UNCLEAR)),
        };
        let columns = parse(&file, header, elements, settings)?;
        let name = name.clone();
        let (group, start_group, end_group) = (None, None, None);
        tables.push(Table { elements, name, file, columns, has_header, group, start_group, end_group, set });
    }
    Ok(())
}

const UNCLEAR: &str = "whether its first line is a header of its own, or a row under that of the first file of the list, which \
                       has nothing else, cannot be told; let each file begin with its header, or give the files apart";

fn parse(
    file: &ImportFile,
    header: &[String],
    elements: Elements,
    settings: &Settings,
) -> Result<Vec<HeaderColumn>, ImportError> {
    let columns = read_header(header.iter().map(String::as_str), elements, &settings.names);
    columns.map_err(|message| header_error(file, &message))
}

fn header_error(file: &ImportFile, message: &str) -> ImportError {
    ImportError::Header { file: file.name().to_owned(), message: message.to_owned() }
}

pub(super) fn unreadable(file: &ImportFile) -> impl Fn(std::io::Error) -> ImportError {
    let file = file.name().to_owned();
    move |error| ImportError::Unreadable { file: file.clone(), error }
}

/// None of an empty file.
fn read_head(file: &ImportFile, settings: &Settings) -> Result<Option<Head>, ImportError> {
    let mut reader = RecordReader::new(file.open().map_err(unreadable(file))?, settings.marks);
    let header = match reader.next().map_err(unreadable(file))?.map(|record| record.fields) {
        None => return Ok(None),
        Some(Err(reason)) => return Err(header_error(file, &format!("the header cannot be read: {reason}"))),
        Some(Ok(fields)) => {
            let header: Vec<String> = fields.iter().map(|field| field.text.to_owned()).collect();
            if header.len() < fields.count {
                return Err(header_error(file, "it has too many columns"));
            }
            header
        }
    };
    let has_rows = reader.next().map_err(unreadable(file))?.is_some();
    Ok(Some(Head { header, has_rows }))
}

/// What the columns of files that belong together are, by the number of these files and the name of the column.
type Guesses = BTreeMap<(usize, String), Guess>;

/// Reads all files for the types of columns that have none.
fn infer(tables: &mut [Table], settings: &Settings) -> Result<(), ImportError> {
    let guesses = see_all(tables, settings)?;
    for table in tables {
        for column in &mut table.columns {
            let guess = |name: &str| guesses.get(&(table.set, name.to_owned())).copied().unwrap_or(Guess::Nothing);
            match &mut column.role {
                Role::Property { key, cell_type: cell_type @ None } => *cell_type = Some(guess(key).cell_type()),
                Role::Id { id_type: id_type @ None, .. } => *id_type = Some(guess(&column.text).id_type()),
                Role::Property { .. }
                | Role::Id { .. }
                | Role::Start { .. }
                | Role::End { .. }
                | Role::Labels
                | Role::Type
                | Role::Ignored => {}
            }
        }
    }
    Ok(())
}

/// Each thread takes the next file that none has taken.
fn see_all(tables: &[Table], settings: &Settings) -> Result<Guesses, ImportError> {
    let next = AtomicUsize::new(0);
    let see = || {
        let mut guesses = Guesses::new();
        while let Some(table) = tables.get(next.fetch_add(1, Ordering::Relaxed)) {
            see_table(table, settings, &mut guesses)?;
        }
        Ok(guesses)
    };
    let count = thread::available_parallelism().map_or(1, NonZero::get).min(tables.len());
    let seen: Vec<Result<Guesses, ImportError>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..count).map(|_| scope.spawn(see)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    let mut guesses = Guesses::new();
    for (name, guess) in seen.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten() {
        let known = guesses.entry(name).or_insert(Guess::Nothing);
        *known = known.joined(guess);
    }
    Ok(guesses)
}

fn see_table(table: &Table, settings: &Settings, guesses: &mut Guesses) -> Result<(), ImportError> {
    let mut open = open_columns(table);
    let unreadable = unreadable(&table.file);
    let mut reader = RecordReader::new(table.file.open().map_err(&unreadable)?, settings.marks);
    let mut is_header = table.has_header;
    while open.iter().any(|column| column.guess != Guess::TEXT)
        && let Some(record) = reader.next().map_err(&unreadable)?
    {
        let Ok(fields) = record.fields else { continue };
        // What is no row says nothing of types; it is told when it is read again.
        if !take(&mut is_header) && fields.count == table.columns.len() {
            for column in &mut open {
                fields.get(column.place).into_iter().for_each(|field| column.guess.see(field));
            }
        }
    }
    for OpenColumn { name, guess, .. } in open {
        let known = guesses.entry((table.set, name)).or_insert(Guess::Nothing);
        *known = known.joined(guess);
    }
    Ok(())
}

/// A column whose type is to be found.
struct OpenColumn {
    place: usize,
    name: String,
    guess: Guess,
}

fn open_columns(table: &Table) -> Vec<OpenColumn> {
    let mut open = Vec::new();
    for (place, column) in table.columns.iter().enumerate() {
        let name = match &column.role {
            Role::Property { key, cell_type: None } => key,
            Role::Id { id_type: None, .. } => &column.text,
            Role::Property { .. }
            | Role::Id { .. }
            | Role::Start { .. }
            | Role::End { .. }
            | Role::Labels
            | Role::Type
            | Role::Ignored => continue,
        };
        open.push(OpenColumn { place, name: name.clone(), guess: Guess::Nothing });
    }
    open
}

fn find_groups(tables: &mut [Table], settings: &Settings) -> Result<Vec<GroupPlan>, ImportError> {
    let mut found: Vec<(String, Option<IdType>)> = Vec::new();
    for table in tables.iter_mut() {
        let id = table.columns.iter().find_map(|column| {
            if let Role::Id { group, id_type, .. } = &column.role { Some((group, *id_type)) } else { None }
        });
        let Some((group, id_type)) = id else { continue };
        let name = group.clone().unwrap_or_else(|| table.name.clone());
        let place = found.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            found.push((name.clone(), None));
            found.len() - 1
        });
        table.group = Some(u32::try_from(place).expect("fewer groups than files"));
        let known = &mut found[place].1;
        *known = match (*known, id_type) {
            (None, id_type) | (id_type, None) => id_type,
            (Some(one), Some(other)) if one == other => Some(one),
            // What was found in the files: texts hold both.
            (Some(_), Some(_)) if settings.infers => Some(IdType::Text),
            (Some(_), Some(_)) => {
                let message = format!("the ids of the group `{name}` have another type in a file before this one");
                return Err(header_error(&table.file, &message));
            }
        };
    }
    let plan =
        |(name, id_type): (String, Option<IdType>)| GroupPlan { name, id_type: id_type.unwrap_or(settings.id_type) };
    Ok(found.into_iter().map(plan).collect())
}

fn find_ends(tables: &mut [Table], groups: &[GroupPlan]) -> Result<(), ImportError> {
    for table in tables {
        for column in &table.columns {
            let (Role::Start { group: Some(name) } | Role::End { group: Some(name) }) = &column.role else { continue };
            let Some(place) = groups.iter().position(|group| group.name == *name) else {
                let near = nearest(name, groups.iter().map(|group| group.name.as_str()));
                let help = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                let message = format!("`{}`: no nodes have ids of the group `{name}`{help}", column.text);
                return Err(header_error(&table.file, &message));
            };
            let group = Some(u32::try_from(place).expect("fewer groups than files"));
            if matches!(column.role, Role::Start { .. }) {
                table.start_group = group;
            } else {
                table.end_group = group;
            }
        }
    }
    Ok(())
}

impl HeaderColumn {
    /// The type of a property, by now.
    pub(super) fn cell_type(&self) -> CellType {
        match &self.role {
            Role::Property { cell_type, .. } => cell_type.unwrap_or(CellType::TEXT),
            Role::Id { .. } | Role::Start { .. } | Role::End { .. } | Role::Labels | Role::Type | Role::Ignored => {
                CellType::TEXT
            }
        }
    }
}
