//! The lists of the US Office of Foreign Assets Control as comma-separated values (`dat_spec.txt`): a main file without a header,
//! and files with other names, addresses and the rest of long remarks, tied to it by number.
//!
//! What is in the other files is held in memory; the main file is read twice, as `Linked To` names parties that come later.

mod names;
mod remarks;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use self::names::{NameIndex, Resolved};
use self::remarks::Remark;
use super::ListFormat;
use super::countries::Country;
use super::editions::{Fields, ReadEdition, SideFile};
use super::model::{Address, Identifier, Key, Listing, Party, Properties, Record, Source};
use super::reading::{Reading, Row};
use crate::Edtf;
use crate::import::{CsvRecords, ImportError, ImportFile};

const AGENCY: &str = "Office of Foreign Assets Control";

/// Remarks are cut here, and go on in the file with comments.
const MOST_REMARKS: usize = 1_000;

/// What the fields of the four kinds of file are told apart by.
const MAIN_FIELDS: usize = 12;
const ADDRESS_FIELDS: usize = 6;
const ALIAS_FIELDS: usize = 5;
const COMMENT_FIELDS: usize = 2;

/// Files without which less is known of all entries. Comments are of few, and none where no remark is cut.
pub(super) const SIDE_FILES: [SideFile; 2] = [
    SideFile { name: "aliases", fields: &["aliases", "previous_names"], ties: &[] },
    SideFile { name: "addresses", fields: &["addresses"], ties: &["HAS_ADDRESS", "BASED_IN"] },
];

/// The lists that the consolidated one has together, by programme.
const LIST_OF_PROGRAMME: [(&str, &str); 8] = [
    ("CMIC-EO13959", "NS-CMIC list"),
    ("NS-PLC", "NS-PLC list"),
    ("UKRAINE-EO13662", "SSI list"),
    ("RUSSIA-EO14024", "NS-MBS list"),
    ("BELARUS-EO14038", "NS-MBS list"),
    ("561-Related", "CAPTA list"),
    ("561List", "CAPTA list"),
    ("HIFPAA", "CAPTA list"),
];

const SDN_LIST: &str = "SDN List";
const CONSOLIDATED_LIST: &str = "Consolidated non-SDN list";

/// What is held of the other files, by the number of the entry.
#[derive(Default)]
struct Others {
    aliases: HashMap<String, Vec<Row>>,
    addresses: HashMap<String, Vec<Row>>,
    comments: HashMap<String, Vec<Row>>,
    /// How many fields the files have that were read.
    field_counts: Vec<usize>,
}

pub(super) fn read(files: &[ImportFile], reading: &mut Reading<'_>) -> Result<(), ImportError> {
    let main = main_file(files)?;
    let edition = reading.must_edition_of(files)?;
    let is_consolidated = file_name(main).starts_with("cons");
    let (id, name) =
        if is_consolidated { ("ofac-cons", "OFAC consolidated list") } else { ("ofac-sdn", "OFAC SDN list") };
    let mut others = Others::default();
    for file in files.iter().filter(|file| file.name() != main.name()) {
        others.read(file, reading)?;
    }
    let source = Source::edition(id, name, main, Some(edition.clone()));
    let has = others.file_names();
    reading.begin_edition(ReadEdition::new(&source, ListFormat::Ofac).with_side_files(&has));
    let entries = Entries { source, edition, is_consolidated, names: index_names(main, &others)? };
    let mut known = HashSet::new();
    reading.rows(main, |reading, row| match Entries::number(&row) {
        Ok(number) if known.insert(number.to_owned()) => entries.read(&row, number, &mut others, reading),
        Ok(number) => Ok(Some(format!("the entry {number} is there twice"))),
        Err(reason) => Ok(Some(reason)),
    })?;
    let is_unclosed = !reading.is_closed();
    if let Some(edition) = reading.edition_mut(&entries.source.id) {
        edition.is_unclosed = is_unclosed;
    }
    others.tell_left(main, reading)
}

fn file_name(file: &ImportFile) -> &str {
    file.name().rsplit(['/', '\\']).next().unwrap_or_default()
}

/// The one whose records have so many fields.
fn main_file(files: &[ImportFile]) -> Result<&ImportFile, ImportError> {
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for file in files {
        match field_count(file)? {
            Ok(MAIN_FIELDS) => found.push(file),
            Ok(_) => {}
            Err(fault) => faults.push(format!("; {}: {fault}", file.name())),
        }
    }
    let file = files.first().map_or_else(String::new, |file| file.name().to_owned());
    match found[..] {
        [main] => Ok(main),
        [] => Err(ImportError::Header {
            file,
            message: format!("no file has records of {MAIN_FIELDS} fields{}", faults.concat()),
        }),
        [..] => {
            let names: Vec<&str> = found.iter().map(|file| file.name()).collect();
            let message = format!("{} are main files: name the files of one edition", names.join(" and "));
            Err(ImportError::Settings { message })
        }
    }
}

/// Of the first record, or what is wrong with it.
fn field_count(file: &ImportFile) -> Result<Result<usize, String>, ImportError> {
    let first = CsvRecords::open(file)?.read()?;
    Ok(first.map_or(Ok(0), |record| record.content.map(|fields| fields.len())))
}

/// A field, where it is not `-0-`, which some files are cut within.
fn field(row: &Row, index: usize) -> &str {
    let text = row.fields.get(index).map_or("", |field| field.trim());
    if matches!(text, "-0-" | "-0") { "" } else { text }
}

impl Others {
    fn read(&mut self, file: &ImportFile, reading: &mut Reading<'_>) -> Result<(), ImportError> {
        let count = field_count(file)?.unwrap_or(0);
        self.field_counts.push(count);
        reading.rows(file, |_, row| {
            let rows = match row.fields.len() {
                found if found != count => return Ok(Some(format!("{found} fields, and {count} before"))),
                ALIAS_FIELDS => &mut self.aliases,
                ADDRESS_FIELDS => &mut self.addresses,
                COMMENT_FIELDS => &mut self.comments,
                found => return Ok(Some(format!("{found} fields: this is no file of OFAC's"))),
            };
            rows.entry(field(&row, 0).to_owned()).or_default().push(row);
            Ok(None)
        })
    }

    /// What the files that were read are called among [`SIDE_FILES`].
    fn file_names(&self) -> Vec<&'static str> {
        let kinds = [(ALIAS_FIELDS, "aliases"), (ADDRESS_FIELDS, "addresses")];
        kinds.into_iter().filter(|(count, _)| self.field_counts.contains(count)).map(|(_, name)| name).collect()
    }

    /// What is tied to no entry of the main file.
    fn tell_left(self, main: &ImportFile, reading: &mut Reading<'_>) -> Result<(), ImportError> {
        let left = [self.aliases, self.addresses, self.comments].into_iter().flat_map(HashMap::into_values).flatten();
        reading.pass_over_left(left.map(|row| (field(&row, 0).to_owned(), row)).collect(), main)
    }
}

/// The remarks, with what was cut off them.
fn whole_remarks(row: &Row, comments: &[Row]) -> String {
    let remarks = row.fields.get(11).map_or("", String::as_str);
    let remarks = if remarks.trim() == "-0-" { "" } else { remarks };
    comments.iter().fold(remarks.to_owned(), |whole, row| whole + &row.fields[1])
}

/// Whether the rest of the remarks of an entry is missing.
pub(super) fn is_cut(rows: &[Vec<String>]) -> bool {
    let is_whole = rows.iter().any(|row| row.len() == COMMENT_FIELDS);
    !is_whole && rows.iter().any(|row| row.len() == MAIN_FIELDS && row[11].chars().count() == MOST_REMARKS)
}

/// Names of the fields of the main file, in the words of the model.
const MAIN_NAMES: [&str; 11] = [
    "name",
    "source_type",
    "programmes",
    "title",
    "call_sign",
    "vessel_type",
    "tonnage",
    "gross_tonnage",
    "flag",
    "vessel_owner",
    "remarks",
];

/// What an entry has once, or not.
const OF_PARTY: [&str; 7] = ["source_type", "title", "vessel_type", "tonnage", "gross_tonnage", "vessel_owner", "flag"];

/// What the rows of an entry say, for comparing it with another edition.
pub(super) fn fields(rows: &[Vec<String>]) -> Fields {
    let mut fields = Fields::default();
    let text = |row: &[String], index: usize| {
        let text = row.get(index).map_or("", |field| field.trim());
        if matches!(text, "-0-" | "-0") { String::new() } else { text.to_owned() }
    };
    let mut remarks = String::new();
    for row in rows {
        match row.len() {
            MAIN_FIELDS => {
                for (index, name) in (1..).zip(MAIN_NAMES) {
                    match name {
                        "programmes" => text(row, index).split("] [").for_each(|part| fields.add(name, part)),
                        "remarks" => remarks.insert_str(0, &text(row, index)),
                        name => fields.add(name, &text(row, index)),
                    }
                }
            }
            ALIAS_FIELDS => {
                let name = if text(row, 2) == "fka" { "previous_names" } else { "aliases" };
                fields.add(name, &text(row, 3));
            }
            ADDRESS_FIELDS => {
                let parts: Vec<String> = (2..ADDRESS_FIELDS).map(|index| text(row, index)).collect();
                let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
                fields.add("addresses", &parts.join(", "));
            }
            COMMENT_FIELDS => remarks.push_str(&row[1]),
            _ => {}
        }
    }
    remarks.split("; ").for_each(|remark| fields.add("remarks", remark.trim_end_matches('.')));
    fields
}

fn index_names(main: &ImportFile, others: &Others) -> Result<NameIndex, ImportError> {
    let mut names = NameIndex::default();
    let mut records = CsvRecords::open(main)?;
    while let Some(record) = records.read()? {
        let (line, raw) = (record.line, String::new());
        let Some(fields) = record.content.ok().filter(|fields| fields.len() == MAIN_FIELDS) else { continue };
        let row = Row { file: Arc::default(), line, raw, fields };
        let number = field(&row, 0);
        names.add_name(field(&row, 1), number);
        for alias in others.aliases.get(number).into_iter().flatten() {
            names.add_alias(field(alias, 3), number);
        }
        let comments = others.comments.get(number).map_or(&[][..], Vec::as_slice);
        for remark in remarks::read(&whole_remarks(&row, comments)) {
            if let Remark::WeakAlias(alias) | Remark::FormerName(alias) = remark {
                names.add_alias(&alias, number);
            }
        }
    }
    Ok(names)
}

/// What all entries of the main file share.
struct Entries {
    source: Source,
    edition: Edtf,
    is_consolidated: bool,
    names: NameIndex,
}

/// What is gathered of one entry.
struct Entry {
    party: Party,
    listing: Listing,
    /// As printed.
    linked_to: Vec<String>,
}

impl Entries {
    /// The number of the entry, or why there is none.
    fn number(row: &Row) -> Result<&str, String> {
        let number = field(row, 0);
        if row.fields.len() != MAIN_FIELDS {
            return Err(format!("{} fields, and {MAIN_FIELDS} are wanted", row.fields.len()));
        }
        if number.is_empty() || !number.bytes().all(|letter| letter.is_ascii_digit()) {
            return Err(format!("`{number}` is no number of an entry"));
        }
        if field(row, 1).is_empty() {
            return Err("the name is missing".to_owned());
        }
        Ok(number)
    }

    fn read(
        &self,
        row: &Row,
        number: &str,
        others: &mut Others,
        reading: &mut Reading<'_>,
    ) -> Result<Option<String>, ImportError> {
        let taken = |rows: &mut HashMap<String, Vec<Row>>| rows.remove(number).unwrap_or_default();
        let (aliases, addresses) = (taken(&mut others.aliases), taken(&mut others.addresses));
        let comments = taken(&mut others.comments);
        let mut entry = self.begin(row, number);
        entry.take_aliases(&aliases);
        entry.take_addresses(&addresses, row.line, reading);
        let remarks = whole_remarks(row, &comments);
        if comments.is_empty() && remarks.chars().count() == MOST_REMARKS {
            reading.note("remarks that are cut", row.line, format!("the remarks of {number} are cut, with no comment"));
        }
        entry.take_remarks(&remarks, row.line, reading);
        let rows = [row.clone()].into_iter().chain(aliases).chain(addresses).chain(comments);
        let raw = rows.map(|row| row.raw).collect::<Vec<_>>().join("\n");
        let record = Record::new(&self.source, number, row.line, raw);
        let record = self.draw(entry, record, row.line, reading);
        reading.put_entry(record).map(|()| None)
    }

    fn begin(&self, row: &Row, number: &str) -> Entry {
        let labels = match field(row, 2) {
            "individual" => vec!["Actor", "Person"],
            "vessel" => vec!["Vessel"],
            "aircraft" => vec!["Aircraft"],
            _ => vec!["Actor", "Organisation"],
        };
        let mut properties = Properties::new().with("source_type", field(row, 2)).with("title", field(row, 4));
        for (index, key) in [(6, "vessel_type"), (7, "tonnage"), (8, "gross_tonnage"), (10, "vessel_owner")] {
            properties.set(key, field(row, index));
        }
        let mut party = Party { labels, properties: properties.says_all_of(&OF_PARTY), ..Party::default() };
        party.id = format!("ofac:{number}");
        field(row, 1).clone_into(&mut party.name);
        party.countries.extend(Country::of(field(row, 9)).map(|flag| ("OF_STATE", flag)));
        party.properties.set("flag", field(row, 9));
        if !field(row, 5).is_empty() {
            let (kind, number) = ("call sign".to_owned(), field(row, 5).to_owned());
            party.identifiers.push(Identifier { kind, number, ..Identifier::default() });
        }
        Entry { listing: self.listing(field(row, 3), number), party, linked_to: Vec::new() }
    }

    fn listing(&self, programmes: &str, number: &str) -> Listing {
        let programmes: Vec<&str> = programmes.split("] [").map(str::trim).filter(|name| !name.is_empty()).collect();
        let mut lists: Vec<String> = Vec::new();
        if self.is_consolidated {
            let of = |programme: &&str| LIST_OF_PROGRAMME.iter().find(|(known, _)| known == programme);
            for (_, list) in programmes.iter().filter_map(of) {
                if !lists.iter().any(|known| known == list) {
                    lists.push((*list).to_owned());
                }
            }
        }
        if lists.is_empty() {
            lists.push(if self.is_consolidated { CONSOLIDATED_LIST } else { SDN_LIST }.to_owned());
        }
        let law = |name: &&str| (format!("ofac-programme:{name}"), (*name).to_owned());
        Listing {
            id: format!("ofac:{number}:listing"),
            name: format!("{AGENCY}: listing of entry {number}"),
            seen: Some(self.edition.clone()),
            laws: programmes.iter().map(law).collect(),
            properties: Properties::new().with("programmes", programmes),
            agencies: vec![AGENCY.to_owned()],
            lists,
            ..Listing::default()
        }
    }

    fn draw(&self, entry: Entry, mut record: Record, line: u64, reading: &mut Reading<'_>) -> Record {
        let Entry { mut party, listing, linked_to } = entry;
        let key = party.key();
        let mut links = Vec::new();
        for printed in linked_to {
            match self.names.find(&printed, &party.id["ofac:".len()..]) {
                Resolved::One(number) => links.push((Key::entity(format!("ofac:{number}")), printed)),
                Resolved::None => {
                    reading.note("`Linked To` that leads nowhere", line, format!("{}: {printed}", key.id));
                    party.properties.push("linked_to_unresolved", printed);
                }
                Resolved::Several(numbers) => {
                    let what = format!("{}: {printed} may be any of {}", key.id, numbers.join(", "));
                    reading.note("`Linked To` that leads to several", line, what);
                    party.properties.push("linked_to_unresolved", printed);
                }
            }
        }
        party.draw(&mut record);
        listing.draw(&mut record, &key);
        for (to, printed) in links {
            record.placeholder(&to);
            let printed = Properties::new().with("printed", printed);
            record.cited_rel(&key, "LINKED_TO", &to, Properties::new(), vec![printed]);
        }
        record
    }
}

impl Entry {
    fn take_aliases(&mut self, rows: &[Row]) {
        for row in rows {
            let key = if field(row, 2) == "fka" { "previous_names" } else { "aliases" };
            self.party.properties.push(key, field(row, 3));
        }
    }

    fn take_addresses(&mut self, rows: &[Row], line: u64, reading: &mut Reading<'_>) {
        for row in rows {
            let printed = field(row, 4);
            let country = reading.country(printed, (&self.party.id, line), &mut self.party.properties);
            let parts: Vec<&str> =
                [2, 3, 4].map(|index| field(row, index)).into_iter().filter(|part| !part.is_empty()).collect();
            let (street, city, remarks) = (field(row, 2), field(row, 3), field(row, 5));
            let mut properties = Properties::new().with("street", street).with("city", city).with("remarks", remarks);
            if !properties.0.is_empty() {
                properties.set("full", parts.join(", "));
            }
            let id = format!("ofac:address:{}", field(row, 1));
            self.party.addresses.push(Address { id, properties, country });
        }
    }

    fn take_remarks(&mut self, text: &str, line: u64, reading: &mut Reading<'_>) {
        for remark in remarks::read(text) {
            self.take_remark(remark, line, reading);
        }
    }

    fn take_remark(&mut self, remark: Remark, line: u64, reading: &mut Reading<'_>) {
        let party = &mut self.party;
        match remark {
            Remark::WeakAlias(name) => party.properties.push("weak_aliases", name),
            Remark::FormerName(name) => party.properties.push("previous_names", name),
            Remark::LinkedTo(name) => self.linked_to.push(name),
            Remark::Country { key, text } => {
                party.countries.extend(Country::of(&text).map(|country| ("OF_STATE", country)));
                let name = Country::of(&text).map_or(text, |country| country.name.to_owned());
                party.properties.push(key, name);
            }
            Remark::Text { key, text } => party.properties.push(key, text),
            Remark::Date { key, date } => party.properties.push(key, date),
            Remark::Identifier(identifier) => party.identifiers.push(identifier),
            Remark::Company(text) => {
                if text.contains("Company")
                    && !party.labels.contains(&"Company")
                    && party.labels.contains(&"Organisation")
                {
                    party.labels.push("Company");
                }
                party.properties.push("target_types", text);
            }
            Remark::Listed(date) => earliest(&mut self.listing.announced, &date),
            Remark::InEffect(date) => earliest(&mut self.listing.in_effect, &date),
            Remark::DivestBy(date) => self.listing.properties.set("divest_by", date),
            Remark::Measure(text) => self.listing.properties.push("measures", text),
            Remark::BadDate(text) => {
                reading.note("date of no known form", line, format!("{}: {text}", party.id));
                party.properties.push("remarks", text);
            }
            Remark::Unknown(text) => {
                reading.note("remark of no known form", line, format!("{}: {text}", party.id));
                party.properties.push("remarks", text);
            }
        }
    }
}

fn earliest(known: &mut Option<Edtf>, date: &Edtf) {
    let earlier = known.as_ref().map_or_else(|| date.clone(), |known| super::dates::earlier(known, date));
    *known = Some(earlier);
}
