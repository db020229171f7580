//! `LOAD CSV`, which is a call of a procedure: the rows of a file, read as they are asked for.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::csv::{CsvReader, Record};
use crate::function::{Answer, Field, FunctionError, Procedure, Registry};
use crate::storage::{FileAccess, FileError};
use crate::value::{ErrorClass, ErrorKind, Name, Type, Value};

/// The name under which the clause finds the procedure.
const NAME: &str = "load.csv";

pub(super) fn register(registry: &mut Registry, files: &FileAccess) {
    let files = files.clone();
    registry.add_procedure(Procedure {
        name: Name::from(NAME),
        inputs: vec![
            Field::nullable("url", Type::String),
            Field::required("headers", Type::Boolean),
            Field::required("separator", Type::String),
        ],
        outputs: vec![
            Field::required("row", Type::Any),
            Field::required("file", Type::String),
            Field::required("line", Type::Integer),
        ],
        summary: "the rows of a file, for LOAD CSV".to_owned(),
        body: Arc::new(move |_, arguments| rows(&files, arguments)),
    });
}

fn rows(files: &FileAccess, arguments: &[Value]) -> Result<Answer, FunctionError> {
    let (Value::String(url), Value::Boolean(has_headers), Value::String(separator)) =
        (&arguments[0], &arguments[1], &arguments[2])
    else {
        return Err(FunctionError::wrong_type("LOAD CSV", "the name of a file", &arguments[0]));
    };
    let separator = one_byte(separator)?;
    let file = files.open(&path(url)?).map_err(|error| unopened(url, &error))?;
    let mut reader = CsvReader::new(url, file, separator)?;
    let file = Value::from(url.as_ref());
    let headers = if *has_headers {
        let Some(first) = reader.next()? else { return Ok(Answer::of([])) };
        Some(headers(&reader, first)?)
    } else {
        None
    };
    Ok(Answer::Rows(Box::new(std::iter::from_fn(move || {
        let record = reader.next().transpose()?;
        Some(record.and_then(|record| row(&reader, headers.as_deref(), &file, record)))
    }))))
}

/// The outputs for one record.
fn row(
    reader: &CsvReader,
    headers: Option<&[Name]>,
    file: &Value,
    record: Record,
) -> Result<Vec<Value>, FunctionError> {
    let line = Value::Integer(i64::try_from(record.line).unwrap_or(i64::MAX));
    let row = match headers {
        Some(headers) => map(reader, headers, record)?,
        None => list(record),
    };
    Ok(vec![row, file.clone(), line])
}

fn list(record: Record) -> Value {
    Value::List(record.fields.into_iter().map(value).collect())
}

/// A row that is shorter than the headers has nulls.
fn map(reader: &CsvReader, headers: &[Name], record: Record) -> Result<Value, FunctionError> {
    if record.fields.len() > headers.len() {
        let message = format!("{} fields, and {} headers", record.fields.len(), headers.len());
        return Err(reader.fault(record.line, &message));
    }
    let mut fields = record.fields.into_iter();
    let entries: BTreeMap<Name, Value> =
        headers.iter().map(|name| (name.clone(), fields.next().map_or(Value::Null, value))).collect();
    Ok(Value::Map(entries.into()))
}

fn value(field: Option<String>) -> Value {
    field.map_or(Value::Null, Value::from)
}

fn headers(reader: &CsvReader, record: Record) -> Result<Vec<Name>, FunctionError> {
    let names: Vec<Name> = record.fields.into_iter().map(|field| Name::from(field.unwrap_or_default())).collect();
    let mut seen = FxHashSet::default();
    match names.iter().find(|name| !seen.insert(*name)) {
        Some(twice) => Err(reader.fault(record.line, &format!("two headers are called `{twice}`"))),
        None => Ok(names),
    }
}

fn one_byte(separator: &str) -> Result<u8, FunctionError> {
    match separator.as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => Ok(*byte),
        _ => {
            let message = format!("FIELDTERMINATOR is one ASCII character that is no quote, found `{separator}`");
            Err(FunctionError::Argument { function: "LOAD CSV", message })
        }
    }
}

/// The file that is meant: a path, or a URL of a file.
fn path(url: &str) -> Result<PathBuf, FunctionError> {
    let Some(location) = strip_scheme(url, "file:") else {
        return match url.split_once("://") {
            Some((scheme, _)) => {
                let message = format!("only files are read, and nothing is fetched by `{scheme}:`");
                Err(FunctionError::Argument { function: "LOAD CSV", message })
            }
            None => Ok(PathBuf::from(url)),
        };
    };
    // `file://host/path`, of which only this machine is a host.
    let local = location.strip_prefix("//").map_or(Some(location), |rest| {
        let rest = strip_scheme(rest, "localhost").unwrap_or(rest);
        rest.starts_with('/').then_some(rest)
    });
    let decoded = local.and_then(decoded);
    decoded.map(PathBuf::from).ok_or_else(|| FunctionError::Argument {
        function: "LOAD CSV",
        message: format!("`{url}` is no URL of a file on this machine"),
    })
}

fn strip_scheme<'u>(url: &'u str, scheme: &str) -> Option<&'u str> {
    let (head, rest) = url.split_at_checked(scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then_some(rest)
}

/// The path of a URL, in which a percent sign and two digits stand for a byte.
fn decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, others @ ..] = rest {
        if *first == b'%' {
            let digits = std::str::from_utf8(others.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &others[2..];
        } else {
            bytes.push(*first);
            rest = others;
        }
    }
    String::from_utf8(bytes).ok()
}

fn unopened(url: &str, error: &FileError) -> FunctionError {
    let class = match error {
        FileError::NotAllowed | FileError::Outside => ErrorClass::new(ErrorKind::Io, "FileNotAllowed"),
        FileError::Folder | FileError::Io(_) => ErrorClass::new(ErrorKind::Io, "FileUnreadable"),
    };
    FunctionError::Other { class, message: format!("cannot read `{url}`: {error}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_its_path_or_its_url() {
        let cases = [
            ("a/b.csv", "a/b.csv"),
            ("/a b%20.csv", "/a b%20.csv"),
            ("file:///a%20b.csv", "/a b.csv"),
            ("FILE://localhost/a.csv", "/a.csv"),
            ("file:/a.csv", "/a.csv"),
            ("file:a/%d0%b6.csv", "a/\u{436}.csv"),
        ];
        for (url, expected) in cases {
            assert_eq!(path(url).unwrap(), PathBuf::from(expected), "{url}");
        }
    }

    #[test]
    fn what_is_no_file_on_this_machine_is_refused() {
        for url in ["http://a.b/c.csv", "https://a", "ftp://a", "file://a.b/c.csv", "file:a%2", "file:a%zz", "file:%ff"]
        {
            assert!(path(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_separator_is_one_letter() {
        assert_eq!(one_byte(";").unwrap(), b';');
        assert_eq!(one_byte("\t").unwrap(), b'\t');
        for wrong in ["", ";;", "\"", "\n", "ж"] {
            assert!(one_byte(wrong).is_err(), "{wrong}");
        }
    }
}
