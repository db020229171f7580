//! Runs the case files below `tests/cases`; their README says what they hold.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use averment::testing::{RowOrder, Table, same_rows};
use averment::{Database, Error, Name, Params, Row, Rows, Value, Warning, fixtures, sanctions};

#[test]
fn every_case_gives_what_it_says() {
    let only = std::env::var("AVERMENT_CASE").unwrap_or_default();
    let files = case_files();
    assert!(!files.is_empty(), "there are cases");
    let mut graphs = Graphs::default();
    let mut faults = Vec::new();
    let mut count = 0;
    for file in files {
        let text = fs::read_to_string(&file).expect("a case file is readable");
        for case in read(&text, &file) {
            if !format!("{} {}", file.display(), case.title).contains(&only) {
                continue;
            }
            count += 1;
            if let Err(fault) = case.check(&mut graphs) {
                faults.push(format!("{}: {}\n{fault}", file.display(), case.title));
            }
        }
    }
    println!("{count} cases");
    assert!(faults.is_empty(), "{} of {count} cases fail\n\n{}", faults.len(), faults.join("\n\n"));
}

#[test]
fn every_function_has_a_case() {
    let texts: Vec<String> = texts_of_cases().iter().map(|text| text.to_lowercase()).collect();
    let names = Database::in_memory().query("SHOW FUNCTIONS YIELD name", ()).expect("functions are listed");
    let without: Vec<String> = names
        .map(|row| row.and_then(|row| row.at::<String>(0)).expect("a name"))
        .filter(|name| !texts.iter().any(|text| text.contains(&format!("{}(", name.to_lowercase()))))
        .collect();
    assert!(without.is_empty(), "no case calls {}", without.join(", "));
}

/// One case: its sections in the order of the file.
pub(crate) struct Case {
    pub(crate) title: String,
    sections: Vec<(String, String)>,
}

/// Fixture graphs, loaded once and forked for each case.
#[derive(Default)]
struct Graphs(BTreeMap<String, Database>);

impl Graphs {
    fn fork(&mut self, names: &str) -> Database {
        let loaded = self.0.entry(names.to_owned()).or_insert_with(|| {
            let db = Database::in_memory();
            sanctions::register(&db).expect("its procedures have names of their own");
            match names {
                "" => {}
                "all" => fixtures::load_all(&db).expect("the fixtures load"),
                names => {
                    for name in names.split(',') {
                        fixtures::load(&db, name.trim()).expect("the fixture loads");
                    }
                }
            }
            db
        });
        loaded.fork()
    }
}

/// What the last statement gave.
enum Outcome {
    Answer { columns: Vec<Name>, rows: Vec<Row>, stats: BTreeMap<String, u64>, warnings: Vec<Warning> },
    Failure(Error),
    Nothing,
}

impl Case {
    fn check(&self, graphs: &mut Graphs) -> Result<(), String> {
        let names = self.section("fixtures").unwrap_or("").trim();
        let db = graphs.fork(names);
        let params = read_params(&db, self.section("params").unwrap_or(""))?;
        let mut outcome = Outcome::Nothing;
        let mut query = "";
        let mut judged = false;
        for (kind, body) in &self.sections {
            match kind.as_str() {
                "fixtures" | "params" => continue,
                "graph" => {
                    db.run(body).map_err(|error| format!("the graph cannot be built\n{}", error.report()))?;
                    continue;
                }
                "query" | "then" => {
                    query = body.trim();
                    outcome = ask(&db, body.trim(), &params);
                    continue;
                }
                _ => judged = true,
            }
            match kind.as_str() {
                "rows" => outcome.has_rows(body, RowOrder::Any)?,
                "rows in order" => outcome.has_rows(body, RowOrder::Same)?,
                "ids" => outcome.has_ids(body, RowOrder::Any)?,
                "ids in order" => outcome.has_ids(body, RowOrder::Same)?,
                "why" => outcome.has_reasons(body)?,
                "error" => outcome.has_failed(body.trim())?,
                "caret" => outcome.has_failed_at(body.trim(), query)?,
                "report" => outcome.has_report(body.trim(), query)?,
                "warnings" => outcome.has_warnings(body)?,
                "stats" => outcome.has_stats(body)?,
                "plan" => outcome.has_plan(body)?,
                other => return Err(format!("unknown section `{other}`")),
            }
        }
        if judged { Ok(()) } else { Err("nothing is expected of this case".to_owned()) }
    }

    pub(crate) fn section(&self, kind: &str) -> Option<&str> {
        self.sections.iter().find(|(name, _)| name == kind).map(|(_, body)| body.as_str())
    }
}

fn ask(db: &Database, query: &str, params: &Params) -> Outcome {
    let answered = db.query(query, params).and_then(|mut rows: Rows| {
        let found = rows.by_ref().collect::<Result<Vec<_>, _>>()?;
        Ok(Outcome::Answer {
            columns: rows.columns().to_vec(),
            rows: found,
            stats: rows.counters().entries().map(|(name, count)| (name.to_owned(), count)).collect(),
            warnings: rows.warnings().to_vec(),
        })
    });
    answered.unwrap_or_else(Outcome::Failure)
}

impl Outcome {
    fn answer(&self) -> Result<(&[Name], &[Row]), String> {
        match self {
            Outcome::Answer { columns, rows, .. } => Ok((columns, rows)),
            Outcome::Failure(error) => Err(format!("an answer is expected\n{}", error.report())),
            Outcome::Nothing => Err("rows without a query before them".to_owned()),
        }
    }

    fn has_rows(&self, body: &str, order: RowOrder) -> Result<(), String> {
        let (columns, rows) = self.answer()?;
        Table::parse(body).compare(columns, rows, order)
    }

    fn has_ids(&self, body: &str, order: RowOrder) -> Result<(), String> {
        let (columns, rows) = self.answer()?;
        let table = Table::parse(body);
        if !columns.iter().map(Name::as_str).eq(&table.columns) {
            return Err(format!("columns: expected {:?}, found {columns:?}", table.columns));
        }
        let expected = table.rows.iter().map(|cells| cells.iter().map(|cell| unordered(cell)).collect()).collect();
        let found = rows.iter().map(|row| row.values().iter().map(bare).collect()).collect();
        same_rows(expected, found, order)
    }

    /// Rows without the column `why`, each with its argument in lines below it.
    fn has_reasons(&self, body: &str) -> Result<(), String> {
        let mut expected: Vec<Vec<String>> = Vec::new();
        for line in body.lines().filter(|line| !line.trim().is_empty()) {
            match expected.last_mut() {
                Some(reasons) if line.starts_with(' ') => reasons.push(line.trim().to_owned()),
                _ => expected.push(vec![line.trim().to_owned()]),
            }
        }
        let (_, rows) = self.answer()?;
        let found = rows.iter().map(|row| {
            let why = row.why().ok_or("the rows are not explained")?;
            let values = &row.values()[..row.values().len() - 1];
            let cells = values.iter().map(bare).collect::<Vec<_>>().join(" | ");
            Ok([cells].into_iter().chain(why.argument()).collect())
        });
        same_rows(expected, found.collect::<Result<_, String>>()?, RowOrder::Any)
    }

    fn has_failed(&self, expected: &str) -> Result<(), String> {
        let Outcome::Failure(error) = self else {
            return Err(format!("error `{expected}` is expected, there is an answer"));
        };
        let (code, message) = expected.split_once(char::is_whitespace).unwrap_or((expected, ""));
        if error.code() == code && error.report().contains(message.trim()) {
            return Ok(());
        }
        Err(format!("expected error `{expected}`, found\n{}", error.report()))
    }

    fn has_failed_at(&self, expected: &str, query: &str) -> Result<(), String> {
        let Outcome::Failure(error) = self else { return Err("an error is expected, there is an answer".to_owned()) };
        let found = error.span().map(|span| &query[span.start as usize..span.end as usize]);
        if found == Some(expected) {
            return Ok(());
        }
        Err(format!("expected a caret under `{expected}`, found\n{}", error.report()))
    }

    fn has_warnings(&self, body: &str) -> Result<(), String> {
        let Outcome::Answer { warnings, .. } = self else { return Err("an answer is expected".to_owned()) };
        let expected: Vec<&str> = body.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let found: Vec<&str> = warnings.iter().map(Warning::code).collect();
        if found == expected { Ok(()) } else { Err(format!("warnings: expected {expected:?}, found {found:?}")) }
    }

    /// What people read: the report of the error, or a line for each warning.
    fn has_report(&self, expected: &str, query: &str) -> Result<(), String> {
        let found = match self {
            Outcome::Answer { warnings, .. } => {
                let lines: Vec<String> = warnings.iter().map(|warning| line_of(warning, query)).collect();
                lines.join("\n")
            }
            Outcome::Failure(error) => error.report(),
            Outcome::Nothing => return Err("a report without a query before it".to_owned()),
        };
        if found == expected { Ok(()) } else { Err(format!("report: expected\n{expected}\nfound\n{found}")) }
    }

    fn has_stats(&self, body: &str) -> Result<(), String> {
        let Outcome::Answer { stats, .. } = self else {
            return Err(format!("an answer is expected{}", self.answer().err().unwrap_or_default()));
        };
        let mut expected = BTreeMap::new();
        for line in body.lines().filter(|line| !line.trim().is_empty()) {
            let (name, count) = line.split_once(':').ok_or("a line of stats is `name: count`")?;
            expected.insert(name.trim().to_owned(), count.trim().parse::<u64>().map_err(|error| error.to_string())?);
        }
        let found: BTreeMap<String, u64> =
            stats.iter().filter(|(_, count)| **count > 0).map(|(n, c)| (n.clone(), *c)).collect();
        if found == expected { Ok(()) } else { Err(format!("stats: expected {expected:?}, found {found:?}")) }
    }

    fn has_plan(&self, body: &str) -> Result<(), String> {
        let (_, rows) = self.answer()?;
        let found: Vec<String> = rows.iter().map(|row| bare(&row.values()[0])).collect();
        let found = found.join("\n");
        if found.trim() == body.trim() { Ok(()) } else { Err(format!("plan: expected\n{body}\nfound\n{found}")) }
    }
}

/// A warning and the part of the query that it is of.
fn line_of(warning: &Warning, query: &str) -> String {
    let place = warning.span().map(|span| format!(" at `{}`", span.of(query))).unwrap_or_default();
    format!("warning[{}]{place}: {}", warning.code(), warning.message())
}

/// A value as bare text, lists in the order of their text.
fn bare(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::List(items) => {
            let mut items: Vec<String> = items.iter().map(bare).collect();
            items.sort();
            items.join(", ")
        }
        other => other.to_string(),
    }
}

fn unordered(cell: &str) -> String {
    let mut items: Vec<&str> = cell.split(", ").collect();
    items.sort_unstable();
    items.join(", ")
}

fn read_params(db: &Database, body: &str) -> Result<Params, String> {
    let mut params = Params::new();
    for line in body.lines().filter(|line| !line.trim().is_empty()) {
        let (name, expression) = line.split_once(':').ok_or("a parameter is `name: expression`")?;
        let value = db
            .query(format!("RETURN {expression} AS value"), ())
            .and_then(Rows::single::<Value>)
            .map_err(|error| error.report())?;
        params.insert(name.trim(), value);
    }
    Ok(params)
}

pub(crate) fn read(text: &str, file: &Path) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines() {
        if line.starts_with('#') {
            let begins = cases.last().is_none_or(|case| !case.sections.is_empty());
            if begins {
                cases.push(Case { title: line.trim_start_matches('#').trim().to_owned(), sections: Vec::new() });
            }
        } else if let Some(kind) = line.strip_prefix("--- ") {
            let case = cases.last_mut().unwrap_or_else(|| panic!("{}: a section before a title", file.display()));
            case.sections.push((kind.trim().to_owned(), String::new()));
        } else if let Some((_, body)) = cases.last_mut().and_then(|case| case.sections.last_mut()) {
            body.push_str(line);
            body.push('\n');
        }
    }
    cases
}

pub(crate) fn texts_of_cases() -> Vec<String> {
    case_files().iter().map(|file| fs::read_to_string(file).expect("a case file is readable")).collect()
}

/// All that the cases ask, and what builds their graphs.
pub(crate) fn statements_of_cases() -> Vec<String> {
    let mut statements = Vec::new();
    for file in case_files() {
        let text = fs::read_to_string(&file).expect("a case file is readable");
        for (kind, body) in read(&text, &file).into_iter().flat_map(|case| case.sections) {
            if matches!(kind.as_str(), "graph" | "query" | "then") {
                let spans = averment::editing::statements(&body);
                statements.extend(spans.into_iter().map(|span| span.of(&body).to_owned()));
            }
        }
    }
    statements
}

fn case_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases"), &mut found);
    found.sort();
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "case") {
            found.push(path);
        }
    }
}
