//! `averment diff`: what two editions of a list differ by.

use std::process::ExitCode;

use averment::sanctions::{self, EditionDiff, FieldChange, ListEntry};
use averment::{Database, Edtf, Value, params};
use clap::Args as ClapArgs;

use crate::import::{ListFiles, edtf, fault, tell_skipped};
use crate::output::{Output, printable};
use crate::source::Opening;
use crate::{Fault, source, style};

/// Which editions are compared.
#[derive(Debug, ClapArgs)]
pub(crate) struct DiffArgs {
    /// The database with editions of lists; or the files of the earlier edition, as FORMAT:PATH,... as `import --from` has
    /// them.
    #[arg(value_name = "DATABASE|FORMAT:PATH,...")]
    first: String,
    /// The files of the later edition.
    #[arg(value_name = "FORMAT:PATH,...", value_parser = ListFiles::read, conflicts_with_all = ["list", "from", "to", "editions"])]
    second: Option<ListFiles>,
    /// The list: `ofac-sdn`, or a part of its name that no other has.
    #[arg(long, value_name = "NAME")]
    list: Option<String>,
    /// The earlier edition, by its day as it was imported.
    #[arg(long, value_name = "DATE", value_parser = edtf)]
    from: Option<Edtf>,
    /// The later edition.
    #[arg(long, value_name = "DATE", value_parser = edtf)]
    to: Option<Edtf>,
    /// List the editions that are there.
    #[arg(long, conflicts_with_all = ["from", "to"])]
    editions: bool,
}

pub(crate) fn diff(output: Output, args: &DiffArgs, opening: Opening) -> Result<ExitCode, Fault> {
    if let Some(second) = &args.second {
        return tell(output, &of_files(&args.first, second)?);
    }
    let db = source::open(Some(&args.first), &Opening { is_read_only: true, ..opening })?;
    let read = db.read();
    let editions = sanctions::editions(&read)?;
    let mut lists: Vec<&str> = editions.iter().map(|edition| edition.list.as_str()).collect();
    lists.dedup();
    let list = match (&args.list, &lists[..]) {
        (Some(list), _) => list.as_str(),
        (None, [only]) => only,
        (None, _) => "",
    };
    let asks_for_editions =
        args.editions || (args.list.is_none() && lists.len() > 1 && args.from.is_none() && args.to.is_none());
    if asks_for_editions {
        let chosen = editions.iter().filter(|edition| args.list.as_ref().is_none_or(|list| edition.list == *list));
        return print_editions(output, chosen);
    }
    let diff = sanctions::diff(&read, list, args.from.as_ref(), args.to.as_ref()).map_err(fault)?;
    tell(output, &diff)
}

fn of_files(first: &str, second: &ListFiles) -> Result<EditionDiff, Fault> {
    let wrong = |message: String| Fault::Input { code: "invalid-import", message };
    let first = ListFiles::read(first).map_err(wrong)?;
    if first.format != second.format {
        let (one, other) = (first.format.name(), second.format.name());
        return Err(wrong(format!("`{one}` and `{other}` are no editions of one list")));
    }
    sanctions::diff_files(first.format, &first.files()?, &second.files()?).map_err(fault)
}

fn print_editions<'e>(
    output: Output,
    editions: impl Iterator<Item = &'e sanctions::ListEdition>,
) -> Result<ExitCode, Fault> {
    let rows = editions.map(|edition| {
        Value::from_iter([
            ("list", Value::from(edition.list.as_str())),
            ("name", edition.name.as_str().into()),
            ("edition", edition.edition.clone().into()),
            ("entries", i64::try_from(edition.entries).unwrap_or(i64::MAX).into()),
            ("is_part", edition.is_part.into()),
        ])
    });
    print(
        output,
        rows.collect(),
        "e.list AS list, e.name AS name, e.edition AS edition, e.entries AS entries, e.is_part AS is_part",
    )
}

fn tell(output: Output, diff: &EditionDiff) -> Result<ExitCode, Fault> {
    let told = told(diff);
    let is_told = output.print_lines(&["change", "id", "name", "differs"], entries(diff))?;
    let code = if is_told { ExitCode::SUCCESS } else { print_fields(output, diff)? };
    tell_skipped(&diff.first_skipped);
    style::tell(&told);
    Ok(code)
}

/// For people: a row for each entry, which names the fields that differ, each on lines of its own.
fn entries(diff: &EditionDiff) -> impl Iterator<Item = Vec<String>> {
    let row = |change: &str, id: &str, name: &str, differs: String| {
        vec![change.to_owned(), printable(id), printable(name), differs]
    };
    let only = move |change: &'static str| move |entry: &ListEntry| row(change, &entry.id, &entry.name, String::new());
    let changed = diff.changed.iter().map(move |entry| {
        let differs: Vec<String> = entry.fields.iter().flat_map(lines).collect();
        row("changed", &entry.id, &entry.name, differs.join("\n"))
    });
    diff.added.iter().map(only("added")).chain(changed).chain(diff.removed.iter().map(only("removed")))
}

/// What is in place of one value, or which values are gone and which are new.
fn lines(field: &FieldChange) -> Vec<String> {
    let name = printable(&field.field);
    if let ([old], [new]) = (&field.old[..], &field.new[..]) {
        return vec![format!("{name}: {} -> {}", printable(old), printable(new))];
    }
    let gone = field.old.iter().map(|old| format!("{name}: - {}", printable(old)));
    gone.chain(field.new.iter().map(|new| format!("{name}: + {}", printable(new)))).collect()
}

/// A row for each entry that is added or removed, and for each field of one that is changed.
fn print_fields(output: Output, diff: &EditionDiff) -> Result<ExitCode, Fault> {
    let entry = |change: &str, entry: &ListEntry| {
        Value::from_iter([
            ("change", Value::from(change)),
            ("id", entry.id.as_str().into()),
            ("name", entry.name.as_str().into()),
        ])
    };
    let mut rows: Vec<Value> = diff.added.iter().map(|added| entry("added", added)).collect();
    for changed in &diff.changed {
        rows.extend(changed.fields.iter().map(|field| {
            Value::from_iter([
                ("change", Value::from("changed")),
                ("id", changed.id.as_str().into()),
                ("name", changed.name.as_str().into()),
                ("field", field.field.as_str().into()),
                ("old", field.old.clone().into()),
                ("new", field.new.clone().into()),
            ])
        }));
    }
    rows.extend(diff.removed.iter().map(|removed| entry("removed", removed)));
    print(output, rows, "e.change AS change, e.id AS id, e.name AS name, e.field AS field, e.old AS old, e.new AS new")
}

fn told(diff: &EditionDiff) -> String {
    let EditionDiff {
        list,
        from,
        to,
        added,
        changed,
        removed,
        from_is_part,
        to_is_part,
        skipped_rows,
        missing_files,
        ..
    } = diff;
    let (added, changed, removed) = (added.len(), changed.len(), removed.len());
    let part = |is_part: &bool, edition: &str| {
        if *is_part {
            format!("; {edition} is a part of the list: who is not in it may be on it")
        } else {
            String::new()
        }
    };
    let parts = part(from_is_part, from) + &part(to_is_part, to);
    let skipped = if *skipped_rows == 0 { String::new() } else { format!("; rows passed over: {skipped_rows}") };
    let missing = if missing_files.is_empty() {
        String::new()
    } else {
        format!("; not compared, as a file is missing: {}", missing_files.join(", "))
    };
    let counts = format!("{added} added, {changed} changed, {removed} removed");
    printable(&format!("{list}: {from} to {to}: {counts}{skipped}{parts}{missing}"))
}

fn print(output: Output, rows: Vec<Value>, columns: &str) -> Result<ExitCode, Fault> {
    let db = Database::in_memory();
    output.print(db.query(format!("UNWIND $rows AS e RETURN {columns}"), params! { "rows" => rows })?)?;
    Ok(ExitCode::SUCCESS)
}
