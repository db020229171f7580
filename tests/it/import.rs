//! `averment import`: files and command lines from `tests/import`, what is said, and the graph that comes of them.
//!
//! A case is a title, the arguments behind `averment import db`, files, what is said and what is in the database then.
//! `UPDATE_EXPECT=1` writes the last two anew.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use averment::import::{CsvImport, ImportFile};
use averment::{Database, ErrorKind};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::program::averment;

/// A part of a case: what stands behind `---`, and the lines under it.
struct Section {
    head: String,
    text: String,
}

/// Opening one waited for somebody who writes to it.
#[cfg(unix)]
#[test]
fn a_pipe_in_place_of_a_file_keeps_nobody_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe_2020-01-01");
    assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
    for (option, path) in [("--nodes", "A="), ("--graphml", ""), ("--from", "ofac:"), ("--from", "ftm:")] {
        let said = averment(folder.path(), &["import", "db", option, &format!("{path}pipe_2020-01-01")], "");
        assert_eq!(said.code, Some(1), "{option}: {}", said.err);
        assert!(said.err.contains("pipe_2020-01-01: it is no regular file"), "{option}: {}", said.err);
    }
}

#[test]
fn files_become_graphs() {
    let mut faults = String::new();
    let mut count = 0;
    for path in case_files() {
        let text = fs::read_to_string(&path).unwrap();
        let found: String = cases(&text).iter().map(|case| run(case)).collect::<Vec<_>>().join("\n");
        count += cases(&text).len();
        if found != text && std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&path, &found).unwrap();
        } else if found != text {
            writeln!(faults, "{} expects\n{text}\nand this was found\n{found}", path.display()).unwrap();
        }
    }
    assert!(count > 35, "the cases are there");
    assert!(faults.is_empty(), "{faults}");
}

fn case_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "case"));
    files.sort();
    files
}

fn cases(text: &str) -> Vec<Vec<Section>> {
    let mut cases: Vec<Vec<Section>> = Vec::new();
    for line in text.lines() {
        if line.starts_with("# ") {
            cases.push(vec![Section { head: line.to_owned(), text: String::new() }]);
        } else if let Some(head) = line.strip_prefix("--- ") {
            cases.last_mut().unwrap().push(Section { head: head.to_owned(), text: String::new() });
        } else {
            let section = cases.last_mut().and_then(|case| case.last_mut()).unwrap();
            section.text += line;
            section.text += "\n";
        }
    }
    cases
}

/// The case as it is found to be.
fn run(case: &[Section]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let mut found = String::new();
    let mut said = String::new();
    for (place, Section { head, text }) in case.iter().enumerate() {
        let words: Vec<&str> = head.split_whitespace().collect();
        let text = match words[..] {
            ["says"] => said.clone(),
            ["holds"] => held(here),
            ["holds", "files"] => files_in(here),
            ["holds", "file", name] => fs::read_to_string(here.join(name)).unwrap(),
            ["import"] => {
                said += &imported(here, text);
                text.clone()
            }
            ["database"] => {
                done(here, &["create", "db"], "");
                done(here, &["run", "-d", "db", "-"], text);
                text.clone()
            }
            [name, "to", target] => {
                link(target, &here.join(name));
                text.clone()
            }
            [name, ref form @ ..] if place > 0 => {
                fs::write(here.join(name), bytes(text, form)).unwrap();
                text.clone()
            }
            _ => text.clone(),
        };
        let mark = if place == 0 { "" } else { "--- " };
        writeln!(found, "{mark}{head}").unwrap();
        found += text.trim_end_matches('\n');
        found += if text.trim_end_matches('\n').is_empty() { "" } else { "\n" };
        if place + 1 < case.len() {
            found += "\n";
        }
    }
    found
}

fn imported(here: &Path, arguments: &str) -> String {
    let args: Vec<&str> = ["import", "db"].into_iter().chain(arguments.split_whitespace()).collect();
    let said = averment(here, &args, "");
    let code = if said.code == Some(0) { String::new() } else { format!("exit {}\n", said.code.unwrap()) };
    format!("{}{}{code}", said.err, said.out)
}

fn link(target: &str, link: &Path) {
    #[cfg(unix)]
    std::os::unix::fs::symlink(target, link).unwrap();
    #[cfg(not(unix))]
    panic!("{target}, {}: links are made on Unix", link.display());
}

fn files_in(here: &Path) -> String {
    let mut names: Vec<_> = fs::read_dir(here).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names.into_iter().fold(String::new(), |found, name| found + name.to_str().unwrap() + "\n")
}

fn held(here: &Path) -> String {
    if !here.join("db").exists() {
        return "no database\n".to_owned();
    }
    let checked = averment(here, &["check", "db"], "");
    assert!(checked.out.ends_with("no damage\n"), "{}", checked.out);
    let dumped = averment(here, &["dump", "db"], "");
    let is_head =
        |line: &&str| ["database", "commit"].iter().any(|kind| line.contains(&format!("\"$type\":\"{kind}\"")));
    dumped.out.lines().filter(|line| !is_head(line)).fold(String::new(), |held, line| held + line + "\n")
}

#[track_caller]
fn done(here: &Path, args: &[&str], input: &str) {
    let said = averment(here, args, input);
    assert_eq!(said.code, Some(0), "{}", said.err);
}

/// The bytes of a file: as they stand there, with escapes read (`escaped`), without the last line feed (`open`), packed
/// (`gzip`), and without so many at the end (`cut N`).
fn bytes(text: &str, form: &[&str]) -> Vec<u8> {
    // An empty line before the next section belongs to the case, and not to the file.
    let text = text.strip_suffix("\n\n").map_or(text.to_owned(), |text| format!("{text}\n"));
    let mut bytes = text.into_bytes();
    let mut words = form.iter();
    while let Some(word) = words.next() {
        match *word {
            "escaped" => bytes = unescaped(&bytes),
            "open" => _ = bytes.pop(),
            "gzip" => bytes = packed(&bytes),
            "cut" => bytes.truncate(bytes.len() - words.next().unwrap().parse::<usize>().unwrap()),
            word => panic!("a file is not `{word}`"),
        }
    }
    bytes
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// `\r`, `\n`, `\0` and `\xff`.
fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let mut found = Vec::new();
    let mut rest = bytes.iter().copied();
    while let Some(byte) = rest.next() {
        found.push(match (byte, byte == b'\\') {
            (byte, false) => byte,
            (_, true) => match rest.next().unwrap() {
                b'r' => b'\r',
                b'n' => b'\n',
                b'0' => 0,
                b'x' => {
                    let digits = [rest.next().unwrap(), rest.next().unwrap()];
                    u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
                }
                byte => panic!("`\\{}` is no escape", char::from(byte)),
            },
        });
    }
    found
}

/// A file that unpacks to very much more than it is.
fn bomb(len_bytes: usize) -> ImportFile {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(b"id:ID,name\n1,").unwrap();
    let part = vec![b'x'; 1 << 20];
    (0..len_bytes >> 20).for_each(|_| packed.write_all(&part).unwrap());
    packed.write_all(b"\n2,Bob\n").unwrap();
    ImportFile::of_bytes("bomb.csv.gz", packed.finish().unwrap())
}

#[test]
fn what_unpacks_to_very_much_is_one_long_row() {
    let import = CsvImport::new().nodes("Person", [bomb(64 << 20)]);
    let error = import.in_memory(Database::options()).unwrap_err();
    assert_eq!(error.to_string(), "bomb.csv.gz, line 2: longer than 16777216 bytes; is a quote never closed?");
    let import = CsvImport::new().nodes("Person", [bomb(64 << 20)]).skip_bad_rows();
    let (db, report) = import.in_memory(Database::options()).unwrap();
    assert_eq!((report.nodes, report.skipped_rows()), (1, 1));
    let bob = db.query("MATCH (p:Person {id: '2'}) RETURN p.name", ()).unwrap().single::<String>().unwrap();
    assert_eq!(bob, "Bob");
}

#[test]
fn a_quarantine_says_where_it_has_the_head_of_a_row_only() {
    let out = Shared::default();
    let files = [bomb(64 << 20), ImportFile::of_bytes("b.csv", format!("id:ID\n\"{}\"x\n", "y".repeat(1 << 20)))];
    let import = CsvImport::new().nodes("Person", files).quarantine(out.clone());
    import.in_memory(Database::options()).unwrap();
    let kept = String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
    let rows: Vec<&str> = kept.lines().collect();
    let reason = "longer than 16777216 bytes; is a quote never closed? (only the first 16777217 bytes are kept here)";
    assert!(rows[1].starts_with(&format!("\"bomb.csv.gz\",2,\"{reason}\",\"1,xxx")), "{}", &rows[1][..200]);
    assert!(rows[2].starts_with("\"b.csv\",2,\"something follows a closing quote\",\"\"\"yyy"), "{}", &rows[2][..200]);
    assert!(rows[2].len() > 1 << 20 && rows[2].ends_with("yyy\"\"x\""));
}

/// What several may write to.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_huge_field_is_a_value() {
    let text = "\u{436}".repeat(3 << 20);
    let file = ImportFile::of_bytes("a.csv", format!("id:ID,text\n1,\"{text}\"\n2,{text}\n"));
    let (db, _) = CsvImport::new().nodes("Text", [file]).in_memory(Database::options()).unwrap();
    let found: Vec<String> = db.query("MATCH (t:Text) RETURN t.text", ()).unwrap().into_vec().unwrap();
    assert!(found.len() == 2 && found.iter().all(|found| *found == text));
}

#[test]
fn an_open_quote_in_a_long_file_costs_one_line() {
    let mut file = String::from("id:ID,name\n1,\"open\n");
    for id in 2..400_000 {
        writeln!(file, "{id},the name of a node that is neither long nor short").unwrap();
    }
    let import = CsvImport::new().nodes("A", [ImportFile::of_bytes("a.csv", file)]).skip_bad_rows();
    let (_, report) = import.in_memory(Database::options()).unwrap();
    assert_eq!((report.nodes, report.skipped_rows()), (399_998, 1));
    assert_eq!(report.first_skipped[0].line, 2);
}

/// Twice in one set, a label counted each relationship twice, which no store could be opened with.
#[test]
fn a_label_that_is_named_twice_counts_once() {
    let files = [ImportFile::of_bytes("a.csv", "id\n1\n"), ImportFile::of_bytes("r.csv", "start,end\n1,1\n")];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let [nodes, rels] = files;
    let import = CsvImport::new().nodes("A:A", [nodes]).nodes("A", [ImportFile::of_bytes("b.csv", "id\n2\n")]);
    drop(import.relationships("R", [rels]).create(Database::options(), &path).unwrap());
    let db = Database::open(&path).unwrap();
    let counts: Vec<i64> =
        ["MATCH (:A)-[:R]->() RETURN count(*)", "MATCH ()-[:R]->(:A) RETURN count(*)", "MATCH (a:A) RETURN count(*)"]
            .map(|question| db.query(question, ()).unwrap().single::<i64>().unwrap())
            .to_vec();
    assert_eq!(counts, [1, 1, 2]);
}

#[test]
fn too_many_labels_are_refused_wherever_they_are_named() {
    let labels = |count: usize, mark: &str| (0..count).map(|n| format!("L{n}")).collect::<Vec<_>>().join(mark);
    let file = || ImportFile::of_bytes("a.csv", "id\n1\n");
    let (_, report) = CsvImport::new().nodes(&labels(4_096, ":"), [file()]).in_memory(Database::options()).unwrap();
    assert_eq!(report.nodes, 1);
    let many = || CsvImport::new().nodes(&labels(4_097, ":"), [file()]);
    let written = Database::in_memory();
    let errors =
        [many().in_memory(Database::options()).unwrap_err(), many().load(&mut written.write().unwrap()).unwrap_err()];
    for error in errors {
        let averment::import::ImportError::Database(error) = error else { panic!("{error}") };
        assert_eq!(error.code(), "too-many-labels");
    }
    let file = ImportFile::of_bytes("a.csv", format!("id,:LABEL\n1,{}\n", labels(4_096, ";")));
    let error = CsvImport::new().nodes("Own", [file]).in_memory(Database::options()).unwrap_err();
    assert_eq!(error.to_string(), "a.csv, line 2: a node can have 4096 labels and no more");
}

#[test]
fn what_breaks_a_constraint_is_undone() {
    let db = Database::from_script("CREATE CONSTRAINT FOR (c:Company) REQUIRE c.name IS UNIQUE").unwrap();
    let mut transaction = db.write().unwrap();
    transaction.query("CREATE (:Company {name: 'A'})", ()).unwrap();
    let file = || ImportFile::of_bytes("c.csv", "id:ID,name\n1,B\n2,A\n");
    let error = CsvImport::new().nodes("Company", [file()]).load(&mut transaction).unwrap_err();
    assert!(error.to_string().starts_with("c.csv, line 3: constraint `"), "{error}");
    let averment::import::ImportError::Refused { error, .. } = error else { panic!("{error}") };
    assert_eq!(error.kind(), ErrorKind::ConstraintVerification);
    transaction.commit().unwrap();
    assert_eq!(db.query("MATCH (c:Company) RETURN c.name", ()).unwrap().single::<String>().unwrap(), "A");
}

#[test]
fn rows_that_a_constraint_refuses_are_passed_over() {
    let constraints = "CREATE CONSTRAINT FOR (c:Company) REQUIRE c.name IS UNIQUE;
                       CREATE CONSTRAINT FOR (c:Company) REQUIRE c.country IS NOT NULL;
                       CREATE CONSTRAINT FOR ()-[o:OWNS]-() REQUIRE o.deed IS UNIQUE;
                       CREATE (:Company {name: 'A', country: 'se'})";
    let db = Database::from_script(constraints).unwrap();
    let companies = ImportFile::of_bytes("c.csv", "id:ID,name,country\n1,B,de\n2,A,de\n3,C,\n4,D,fr\n5,D,it\n");
    let stakes = ImportFile::of_bytes("s.csv", ":START_ID,:END_ID,deed\n1,4,x\n1,2,y\n3,4,z\n4,1,x\n4,1,\n");
    let out = Shared::default();
    let import = CsvImport::new().nodes("Company", [companies]).relationships("OWNS", [stakes]).quarantine(out.clone());
    let mut transaction = db.write().unwrap();
    let report = import.load(&mut transaction).unwrap();
    transaction.commit().unwrap();
    assert_eq!((report.nodes, report.relationships), (2, 2));
    assert_eq!(report.skipped, [("constraint", 4), ("unknown end", 2)].into());
    assert_eq!(report.files.iter().map(|file| (file.rows, file.skipped)).collect::<Vec<_>>(), [(5, 3), (5, 3)]);
    let stakes = "MATCH (a:Company)-[o:OWNS]->(b) RETURN a.name, coalesce(o.deed, ''), b.name ORDER BY a.name";
    let stakes: Vec<(String, String, String)> = db.query(stakes, ()).unwrap().into_vec().unwrap();
    let expected = [("B", "x", "D"), ("D", "", "B")].map(|(one, deed, other)| (one.into(), deed.into(), other.into()));
    assert_eq!(stakes, expected);
    let names = "MATCH (c:Company) WITH c.name AS name ORDER BY name RETURN collect(name)";
    assert_eq!(db.query(names, ()).unwrap().single::<Vec<String>>().unwrap(), ["A", "B", "D"]);
    let kept = String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
    assert!(
        kept.contains("\"c.csv\",4,\"constraint `") && kept.contains("must have a value for `country`\",\"3,C,\"\n"),
        "{kept}"
    );
    assert!(kept.contains("\"s.csv\",3,\"the end is a node whose row was passed over\",\"1,2,y\"\n"), "{kept}");
}

/// Numbers that look drawn, and are the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    /// One of these, and nothing one time out of `sparse`.
    fn pick(&mut self, texts: &[&str], sparse: u64) -> String {
        let place = usize::try_from(self.below(texts.len() as u64)).unwrap();
        if self.below(sparse) == 0 { String::new() } else { texts[place].to_owned() }
    }
}

/// Nodes of two files, with all forms of columns: whole, sparse, of one value, of many, of two types.
fn random_nodes(chance: &mut Chance, first: u64, count: u64) -> String {
    let head = "id:ID(all),name,city,n:int,f:float,b:boolean,d:date,one:int,tags:string[],valid_from:edtf,published:date,:LABEL";
    (first..first + count).fold(format!("{head}\n"), |file, id| {
        let name = if chance.below(3) == 0 { format!("name {}", chance.below(50)) } else { format!("name of {id}") };
        let row = [
            id.to_string(),
            name,
            chance.pick(&["Bern", "Basel", "Genf"], 1_000_000),
            chance.below(1_000).to_string(),
            chance.pick(&["1.5", "-2", "1e9"], 4),
            chance.pick(&["true", "false"], 40),
            chance.pick(&["2021-12-10", "1999-01-01"], 2),
            "7".to_owned(),
            chance.pick(&["a;b", "c"], 9),
            chance.pick(&["2021?", "2019-05/.."], 20),
            chance.pick(&["2020-02-02", "2021-03-03"], 5),
            chance.pick(&["Source", "Paragraph", "Rare", "Old;New"], 2),
        ];
        file + &row.join(",") + "\n"
    })
}

fn random_rels(chance: &mut Chance, nodes: u64, count: u64) -> String {
    let head = ":START_ID(all),:END_ID(all),:TYPE,since:int,role,valid_to:date\n".to_owned();
    (0..count).fold(head, |file, _| {
        // Some nodes have very many.
        let start = if chance.below(3) == 0 { 3 } else { chance.below(nodes) };
        let end = if chance.below(9) == 0 { 5 + chance.below(60) } else { chance.below(nodes + nodes / 50) };
        let row = [
            start.to_string(),
            end.to_string(),
            chance.pick(&["SUPPORTS", "OF", "KNOWS", "RARE"], 5),
            chance.below(2_000).to_string(),
            chance.pick(&["ceo", "director"], 3),
            chance.pick(&["2021-12-10"], 30),
        ];
        file + &row.join(",") + "\n"
    })
}

/// A dump without the times of commits.
fn dump(db: &Database) -> String {
    let mut lines = Vec::new();
    db.save_jsonl(&mut lines).unwrap();
    let text = String::from_utf8(lines).unwrap();
    let timeless = |line: &str| line.split("\"time\":").next().unwrap().to_owned() + "\n";
    text.lines().map(timeless).collect()
}

#[test]
fn a_graph_that_is_built_in_bulk_is_the_one_that_the_writer_makes() {
    let mut chance = Chance(1);
    for (nodes, rels) in [(0, 0), (1, 3), (70, 200), (1_500, 3_000), (2_000, 30_000), (9_000, 20_000)] {
        let half = nodes / 2;
        let files = [
            ImportFile::of_bytes("a", random_nodes(&mut chance, 0, half)),
            ImportFile::of_bytes("b", random_nodes(&mut chance, half, nodes - half)),
            ImportFile::of_bytes("r", random_rels(&mut chance, nodes.max(1), rels)),
        ];
        let import = || {
            let [a, b, r] = files.clone();
            let import = CsvImport::new().nodes("A:B", [a]).nodes("", [b]).relationships("PLAIN", [r]);
            let import = if (1_000..5_000).contains(&nodes) { import.integer_ids() } else { import };
            import.message("both").skip_bad_rows()
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        let (built, report) = import().create(Database::options(), &path).unwrap();
        let written = Database::in_memory();
        let mut transaction = written.write().unwrap();
        assert_eq!(import().load(&mut transaction).unwrap(), report);
        transaction.commit().unwrap();
        let (built_dump, written_dump) = (dump(&built), dump(&written));
        let differs = built_dump.lines().zip(written_dump.lines()).find(|(built, written)| built != written);
        assert!(differs.is_none() && built_dump == written_dump, "{nodes} nodes: {differs:?}");
        for question in
            ["MATCH (a)-[r]->(b) RETURN count(*), sum(a.n + b.n), sum(r.since)", "MATCH (a:Rare)<--(b) RETURN count(*)"]
        {
            let answers =
                [&built, &written].map(|db| db.query(question, ()).unwrap().next().unwrap().unwrap().values().to_vec());
            assert_eq!(format!("{:?}", answers[0]), format!("{:?}", answers[1]));
        }
        drop(built);
        let checked = Database::check(&path, |_| ()).unwrap();
        assert!(checked.damage.is_empty(), "{:?}", checked.damage);
    }
}

/// Files that give one key values of these types, one file behind the other: so few and so many that pages are begun,
/// gone on with and left in every form.
fn mixed(elements: &str, types: [&str; 3], rows: u64, chance: &mut Chance) -> Vec<ImportFile> {
    let file = |place: usize, kind: &str, chance: &mut Chance| {
        let heads = if elements == "nodes" { "id:ID(all)" } else { ":START_ID(all),:END_ID(all)" };
        let sparse = if chance.below(2) == 0 { 1_000_000 } else { 3 };
        let (first, own) = (1_000 * place as u64, format!("text {}", chance.below(1_000)));
        (first..first + rows).fold(format!("{heads},x:{kind}\n"), |file, id| {
            let value = match kind {
                "string" if rows > 1 => chance.pick(&["a", "b", &format!("own {id}"), &own], sparse),
                "string" => own.clone(),
                "int" => chance.pick(&["1", "2", "-3"], sparse),
                "float" => chance.pick(&["1.5", "2.0"], sparse),
                "boolean" => chance.pick(&["true", "false"], sparse),
                "date" => chance.pick(&["2021-12-10", "1999-01-01"], sparse),
                _ => chance.pick(&["a;b", "c"], sparse),
            };
            let ids = if elements == "nodes" { id.to_string() } else { format!("{first},{id}") };
            file + &ids + "," + &value + "\n"
        })
    };
    types.iter().enumerate().map(|(place, kind)| ImportFile::of_bytes(*kind, file(place, kind, chance))).collect()
}

/// A text, and then an integer in the next file: the page had codes, and nobody gave it their texts.
#[test]
fn one_key_of_several_types_is_built_in_bulk_as_the_writer_makes_it() {
    const TYPES: [&str; 6] = ["string", "int", "float", "boolean", "date", "string[]"];
    let mut chance = Chance(7);
    for number in 0..216 {
        let types = [TYPES[number / 36], TYPES[number / 6 % 6], TYPES[number % 6]];
        let rows = [1, 3, 40][number % 3];
        let nodes = mixed("nodes", types, rows, &mut chance);
        let rels = mixed("rels", types, rows, &mut chance);
        let import = || {
            let import = nodes.iter().fold(CsvImport::new(), |import, file| import.nodes("A", [file.clone()]));
            rels.iter().fold(import, |import, file| import.relationships("R", [file.clone()]))
        };
        let (built, _) = import().in_memory(Database::options()).unwrap();
        let written = Database::in_memory();
        let mut transaction = written.write().unwrap();
        import().load(&mut transaction).unwrap();
        transaction.commit().unwrap();
        let elements =
            |db| dump(&db).lines().filter(|line| !line.contains("\"$type\":\"commit\"")).collect::<Vec<_>>().join("\n");
        let (built, written) = (elements(built), elements(written));
        assert!(built == written, "{types:?}, {rows} rows:\n{built}\n{written}");
    }
}

#[test]
fn progress_is_told() {
    let (tell, told) = std::sync::mpsc::channel();
    let rows: String = (0..20_000).fold("id:ID\n".to_owned(), |rows, id| rows + &id.to_string() + "\n");
    let import = CsvImport::new().nodes("A", [ImportFile::of_bytes("a.csv", rows)]);
    let import = import.on_progress(move |progress| tell.send(progress.nodes).unwrap());
    import.in_memory(Database::options()).unwrap();
    let told: Vec<u64> = told.into_iter().collect();
    assert!(told.len() >= 2 && told.is_sorted(), "{told:?}");
}
