//! Changes as bytes, and back: what a record of the log holds.
//!
//! The bytes of a change are one [`Record`] in bincode's standard form: the number of the variant, then its fields,
//! whole numbers in as many bytes as they need.
//!
//! ```text
//! number     below 251 one byte; else fb and two bytes, fc and four, or fd and eight, lowest first
//! signed     n as 2n, and below 0 as -2n - 1 (number)
//! flag       one byte, 0 or 1
//! text       how many bytes (number), and these, UTF-8
//! bytes      how many (number), and these; of numbers four each, lowest first
//! option     0; or 1 and what there is
//!
//! 00  Begin             number (number) and time in microseconds (signed) of the commit
//! 01  DefineLabel       label (number), name (text)
//! 02  DefineType        type (number), name (text)
//! 03  DefineKey         key (number), name (text)
//! 04  CreateNode        id (number), labels (bytes)
//! 05  CreateRel         id, type, ids of start and end (numbers), whether it is asserted (flag)
//! 06  DeleteNode        id (number)
//! 07  DeleteRel         id (number)
//! 08  AddLabel          id, label (numbers)
//! 09  RemoveLabel       id, label (numbers)
//! 0a  SetState          id (number), whether it is asserted (flag)
//! 0b  SetProperty       id, key (numbers), value (bytes: items)
//! 0c  CreateIndex       index (number), name (text), owner, keys (bytes)
//! 0d  DropIndex         index (number)
//! 0e  CreateConstraint  name (text), owner, keys (bytes), kind (number: 0 unique, 1 exists, 2 key), index (option, number)
//! 0f  DropConstraint    name (text)
//! 10  Close             author, message (options, texts)
//! 11  TakeOver          number (number), time (signed), how many changes (number), author, message (options, texts)
//! 12  SkipIds           the next id (number)
//! 13  CreateNameIndex   index (number), name (text), of, keys (bytes)
//! 14  DropNameIndex     index (number)
//!
//! owner      0 and a label, or 1 and a type (numbers)
//! of         0 for all nodes, 1 and a label, or 2 and a type (numbers)
//!
//! 00  Null              nothing
//! 01  Boolean           flag
//! 02  Integer           signed
//! 03  Float             eight bytes, lowest first
//! 04  String            text
//! 05  Date              days since 1970-01-01 (signed)
//! 06  LocalTime         nanoseconds since midnight (signed)
//! 07  Time              the same, seconds east of UTC (signed)
//! 08  LocalDateTime     days, nanoseconds (signed)
//! 09  DateTime          days, nanoseconds, seconds east of UTC (signed), name of the zone (option, text)
//! 0a  Duration          months, days, seconds (signed), nanoseconds (number)
//! 0b  Edtf              text
//! 0c  List              how many items (number), which follow
//! ```
//!
//! ```text
//! SetProperty { element: 7, key: 1, value: [1, 'a'] }
//!
//!     0b   07       01   07         0c 02   02 02      04 01 61
//!     tag  element  key  value_len  List 2  Integer 1  String 1 "a"
//! ```
//!
//! No record holds another one. A value, which may be nested, is bytes to its change: a row of [`Item`]s, each flat, a
//! list followed by its items. So nothing is read by recursion, a depth is counted and bounded here, and what damaged
//! or hostile bytes claim of their own size is never allocated: lists grow as their items are found.
//!
//! Lengths, checksums and the version of the format are the business of whoever writes records one after the other.
//! Whether ids and numbers mean anything is told when a change is applied.

use serde::{Deserialize, Serialize, Serializer};

use super::{Change, CodecError, Commit, LogEntry, Words};
use crate::catalog::{
    ConstraintDef, ConstraintKind, IndexDef, IndexId, KeyId, LabelId, NameIndexDef, NameIndexId, Named, Owner, TypeId,
};
use crate::value::{Date, DateTime, Duration, Edtf, ElementId, List, LocalDateTime, LocalTime, Name, Time, Value};

/// The longest record that is written; a property of this size is a mistake.
pub(super) const MAX_BYTES: usize = 1 << 26;
/// How deeply lists may be nested in a property: deeper than a query can nest them, and little to a stack.
pub(super) const MAX_DEPTH: usize = 128;

/// A number in fewer bytes than its width counts as its width, so the limit is so many times that of the bytes.
const CONFIG: bincode::config::Configuration<
    bincode::config::LittleEndian,
    bincode::config::Varint,
    bincode::config::Limit<{ MAX_BYTES * 8 }>,
> = bincode::config::standard().with_limit::<{ MAX_BYTES * 8 }>();

/// A [`Change`], flat. The order of variants and of fields is the format: new ones go to the end.
#[derive(Serialize, Deserialize)]
enum Record<'r> {
    Begin {
        number: u64,
        micros: i64,
    },
    DefineLabel {
        id: u32,
        name: &'r str,
    },
    DefineType {
        id: u32,
        name: &'r str,
    },
    DefineKey {
        id: u32,
        name: &'r str,
    },
    CreateNode {
        id: u64,
        #[serde(serialize_with = "as_bytes")]
        labels: &'r [u8],
    },
    CreateRel {
        id: u64,
        rel_type: u32,
        start: u64,
        end: u64,
        asserted: bool,
    },
    DeleteNode {
        id: u64,
    },
    DeleteRel {
        id: u64,
    },
    AddLabel {
        node: u64,
        label: u32,
    },
    RemoveLabel {
        node: u64,
        label: u32,
    },
    SetState {
        rel: u64,
        asserted: bool,
    },
    SetProperty {
        element: u64,
        key: u32,
        #[serde(serialize_with = "as_bytes")]
        value: &'r [u8],
    },
    CreateIndex {
        id: u32,
        name: &'r str,
        owner: OwnerRecord,
        #[serde(serialize_with = "as_bytes")]
        keys: &'r [u8],
    },
    DropIndex {
        id: u32,
    },
    CreateConstraint {
        name: &'r str,
        owner: OwnerRecord,
        #[serde(serialize_with = "as_bytes")]
        keys: &'r [u8],
        kind: KindRecord,
        index: Option<u32>,
    },
    DropConstraint {
        name: &'r str,
    },
    Close {
        author: Option<&'r str>,
        message: Option<&'r str>,
    },
    TakeOver {
        number: u64,
        micros: i64,
        changes: u64,
        author: Option<&'r str>,
        message: Option<&'r str>,
    },
    SkipIds {
        next: u64,
    },
    CreateNameIndex {
        id: u32,
        name: &'r str,
        of: NamedRecord,
        #[serde(serialize_with = "as_bytes")]
        keys: &'r [u8],
    },
    DropNameIndex {
        id: u32,
    },
}

#[derive(Serialize, Deserialize)]
enum OwnerRecord {
    Label(u32),
    Type(u32),
}

#[derive(Serialize, Deserialize)]
enum NamedRecord {
    AnyNode,
    Label(u32),
    Type(u32),
}

#[derive(Serialize, Deserialize)]
enum KindRecord {
    Unique,
    Exists,
    Key,
}

/// A value without what is in it. The order is the format, as that of [`Record`].
#[derive(Serialize, Deserialize)]
enum Item<'r> {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    String(&'r str),
    Date {
        epoch_days: i64,
    },
    LocalTime {
        nanos: i64,
    },
    Time {
        nanos: i64,
        offset_seconds: i32,
    },
    LocalDateTime {
        epoch_days: i64,
        nanos: i64,
    },
    DateTime {
        epoch_days: i64,
        nanos: i64,
        offset_seconds: i32,
        zone: Option<&'r str>,
    },
    Duration {
        months: i64,
        days: i64,
        seconds: i64,
        nanosecond: u32,
    },
    Edtf(&'r str),
    /// So many values follow.
    List {
        count: u64,
    },
}

fn as_bytes<S: Serializer>(bytes: &&[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

/// The bytes of a change.
///
/// # Errors
///
/// [`CodecError::NotStorable`] for a map or an element in a property, [`CodecError::TooDeep`],
/// [`CodecError::TooLong`].
#[cfg(test)]
pub(crate) fn encode(change: &Change) -> Result<Vec<u8>, CodecError> {
    let mut bytes = Vec::new();
    encode_into(&mut bytes, change)?;
    Ok(bytes)
}

/// Replaces what is in `bytes` by the bytes of a change, so that one buffer does for many.
///
/// # Errors
///
/// [`CodecError::NotStorable`] for a map or an element in a property, [`CodecError::TooDeep`],
/// [`CodecError::TooLong`].
pub(crate) fn encode_into(bytes: &mut Vec<u8>, change: &Change) -> Result<(), CodecError> {
    bytes.clear();
    let mut write = |record: &Record| append(bytes, record);
    match change {
        Change::Begin(commit) => write(&Record::Begin { number: commit.number, micros: commit.micros }),
        Change::DefineLabel { id, name } => write(&Record::DefineLabel { id: id.0, name }),
        Change::DefineType { id, name } => write(&Record::DefineType { id: id.0, name }),
        Change::DefineKey { id, name } => write(&Record::DefineKey { id: id.0, name }),
        Change::CreateNode { id, labels } => {
            write(&Record::CreateNode { id: id.0, labels: &packed(labels.iter().map(|label| label.0)) });
        }
        &Change::CreateRel { id, rel_type, start, end, asserted } => {
            write(&Record::CreateRel { id: id.0, rel_type: rel_type.0, start: start.0, end: end.0, asserted });
        }
        Change::DeleteNode { id } => write(&Record::DeleteNode { id: id.0 }),
        Change::DeleteRel { id } => write(&Record::DeleteRel { id: id.0 }),
        Change::AddLabel { node, label } => write(&Record::AddLabel { node: node.0, label: label.0 }),
        Change::RemoveLabel { node, label } => write(&Record::RemoveLabel { node: node.0, label: label.0 }),
        Change::SetState { rel, asserted } => write(&Record::SetState { rel: rel.0, asserted: *asserted }),
        Change::SetProperty { element, key, value } => {
            write(&Record::SetProperty { element: element.0, key: key.0, value: &encode_value(value)? });
        }
        Change::CreateIndex(def) => append_index(bytes, def),
        Change::DropIndex { id } => write(&Record::DropIndex { id: id.0 }),
        Change::CreateConstraint(def) => append_constraint(bytes, def),
        Change::DropConstraint { name } => write(&Record::DropConstraint { name }),
        Change::CreateNameIndex(def) => append_name_index(bytes, def),
        Change::DropNameIndex { id } => write(&Record::DropNameIndex { id: id.0 }),
        Change::Close(words) => write(&Record::Close { author: words.author(), message: words.message() }),
        Change::TakeOver(entry) => append_entry(bytes, entry),
        Change::SkipIds { next } => write(&Record::SkipIds { next: next.0 }),
    }
    if bytes.len() > MAX_BYTES {
        return Err(CodecError::TooLong { len_bytes: bytes.len(), most_bytes: MAX_BYTES });
    }
    Ok(())
}

fn append_entry(bytes: &mut Vec<u8>, entry: &LogEntry) {
    let LogEntry { commit, changes, .. } = *entry;
    let (author, message) = (entry.author(), entry.message());
    append(bytes, &Record::TakeOver { number: commit.number, micros: commit.micros, changes, author, message });
}

fn append_index(bytes: &mut Vec<u8>, def: &IndexDef) {
    let keys = packed(def.keys.iter().map(|key| key.0));
    let owner = owner_record(def.owner);
    append(bytes, &Record::CreateIndex { id: def.id.0, name: &def.name, owner, keys: &keys });
}

fn append_name_index(bytes: &mut Vec<u8>, def: &NameIndexDef) {
    let keys = packed(def.keys.iter().map(|key| key.0));
    let of = match def.of {
        Named::AnyNode => NamedRecord::AnyNode,
        Named::Label(label) => NamedRecord::Label(label.0),
        Named::Type(rel_type) => NamedRecord::Type(rel_type.0),
    };
    append(bytes, &Record::CreateNameIndex { id: def.id.0, name: &def.name, of, keys: &keys });
}

fn append_constraint(bytes: &mut Vec<u8>, def: &ConstraintDef) {
    let kind = match def.kind {
        ConstraintKind::Unique => KindRecord::Unique,
        ConstraintKind::Exists => KindRecord::Exists,
        ConstraintKind::Key => KindRecord::Key,
    };
    let keys = packed(def.keys.iter().map(|key| key.0));
    let (name, owner, index) = (&def.name, owner_record(def.owner), def.index.map(|index| index.0));
    append(bytes, &Record::CreateConstraint { name, owner, keys: &keys, kind, index });
}

fn owner_record(owner: Owner) -> OwnerRecord {
    match owner {
        Owner::Label(label) => OwnerRecord::Label(label.0),
        Owner::Type(rel_type) => OwnerRecord::Type(rel_type.0),
    }
}

fn append(bytes: &mut Vec<u8>, record: &impl Serialize) {
    bincode::serde::encode_into_std_write(record, bytes, CONFIG).expect("numbers and texts can be written to memory");
}

/// Four bytes a number.
fn packed(numbers: impl Iterator<Item = u32>) -> Vec<u8> {
    numbers.flat_map(u32::to_le_bytes).collect()
}

/// The bytes of a value by itself.
///
/// # Errors
///
/// As [`encode`].
pub(super) fn encode_value(value: &Value) -> Result<Vec<u8>, CodecError> {
    let mut bytes = Vec::new();
    let mut open = vec![std::slice::from_ref(value).iter()];
    while let Some(items) = open.last_mut() {
        let Some(value) = items.next() else {
            open.pop();
            continue;
        };
        append(&mut bytes, &item(value)?);
        if let Value::List(list) = value {
            if open.len() > MAX_DEPTH {
                return Err(CodecError::TooDeep { most: MAX_DEPTH });
            }
            open.push(list.iter());
        }
    }
    Ok(bytes)
}

fn item(value: &Value) -> Result<Item<'_>, CodecError> {
    Ok(match value {
        Value::Null => Item::Null,
        Value::Boolean(flag) => Item::Boolean(*flag),
        Value::Integer(number) => Item::Integer(*number),
        Value::Float(number) => Item::Float(*number),
        Value::String(text) => Item::String(text),
        Value::List(items) => Item::List { count: items.len() as u64 },
        Value::Date(date) => Item::Date { epoch_days: date.epoch_days() },
        Value::LocalTime(time) => Item::LocalTime { nanos: time.nanos() },
        Value::Time(time) => Item::Time { nanos: time.local().nanos(), offset_seconds: time.offset_seconds() },
        Value::LocalDateTime(local) => {
            Item::LocalDateTime { epoch_days: local.date().epoch_days(), nanos: local.time().nanos() }
        }
        Value::DateTime(point) => Item::DateTime {
            epoch_days: point.local().date().epoch_days(),
            nanos: point.local().time().nanos(),
            offset_seconds: point.offset_seconds(),
            zone: point.zone_name(),
        },
        Value::Duration(duration) => Item::Duration {
            months: duration.months(),
            days: duration.days(),
            seconds: duration.seconds(),
            nanosecond: duration.nanosecond(),
        },
        Value::Edtf(date) => Item::Edtf(date.text()),
        Value::Map(_) | Value::Node(_) | Value::Relationship(_) | Value::Path(_) => {
            return Err(CodecError::NotStorable { found: value.type_name() });
        }
    })
}

/// The change that [`encode`] made `bytes` of.
///
/// # Errors
///
/// [`CodecError::Damaged`] if it made no such bytes, [`CodecError::TooDeep`], [`CodecError::TooLong`].
pub(crate) fn decode(bytes: &[u8]) -> Result<Change, CodecError> {
    if bytes.len() > MAX_BYTES {
        return Err(CodecError::TooLong { len_bytes: bytes.len(), most_bytes: MAX_BYTES });
    }
    let mut rest = bytes;
    let record = read(&mut rest)?;
    if !rest.is_empty() {
        return Err(damaged("bytes after the record"));
    }
    Ok(match record {
        Record::Begin { number, micros } => Change::Begin(Commit { number, micros }),
        Record::DefineLabel { id, name } => Change::DefineLabel { id: LabelId(id), name: Name::from(name) },
        Record::DefineType { id, name } => Change::DefineType { id: TypeId(id), name: Name::from(name) },
        Record::DefineKey { id, name } => Change::DefineKey { id: KeyId(id), name: Name::from(name) },
        Record::CreateNode { id, labels } => {
            Change::CreateNode { id: ElementId(id), labels: unpacked(labels, LabelId)? }
        }
        Record::CreateRel { id, rel_type, start, end, asserted } => Change::CreateRel {
            id: ElementId(id),
            rel_type: TypeId(rel_type),
            start: ElementId(start),
            end: ElementId(end),
            asserted,
        },
        Record::DeleteNode { id } => Change::DeleteNode { id: ElementId(id) },
        Record::DeleteRel { id } => Change::DeleteRel { id: ElementId(id) },
        Record::AddLabel { node, label } => Change::AddLabel { node: ElementId(node), label: LabelId(label) },
        Record::RemoveLabel { node, label } => Change::RemoveLabel { node: ElementId(node), label: LabelId(label) },
        Record::SetState { rel, asserted } => Change::SetState { rel: ElementId(rel), asserted },
        Record::SetProperty { element, key, value } => {
            Change::SetProperty { element: ElementId(element), key: KeyId(key), value: decode_value(value)? }
        }
        Record::CreateIndex { id, name, owner, keys } => Change::CreateIndex(Box::new(IndexDef {
            id: IndexId(id),
            name: Name::from(name),
            owner: owner_of(&owner),
            keys: unpacked(keys, KeyId)?,
        })),
        Record::DropIndex { id } => Change::DropIndex { id: IndexId(id) },
        Record::CreateConstraint { name, owner, keys, kind, index } => {
            Change::CreateConstraint(Box::new(ConstraintDef {
                name: Name::from(name),
                owner: owner_of(&owner),
                keys: unpacked(keys, KeyId)?,
                kind: match kind {
                    KindRecord::Unique => ConstraintKind::Unique,
                    KindRecord::Exists => ConstraintKind::Exists,
                    KindRecord::Key => ConstraintKind::Key,
                },
                index: index.map(IndexId),
            }))
        }
        Record::DropConstraint { name } => Change::DropConstraint { name: Name::from(name) },
        Record::CreateNameIndex { id, name, of, keys } => Change::CreateNameIndex(Box::new(NameIndexDef {
            id: NameIndexId(id),
            name: Name::from(name),
            of: match of {
                NamedRecord::AnyNode => Named::AnyNode,
                NamedRecord::Label(label) => Named::Label(LabelId(label)),
                NamedRecord::Type(rel_type) => Named::Type(TypeId(rel_type)),
            },
            keys: unpacked(keys, KeyId)?,
        })),
        Record::DropNameIndex { id } => Change::DropNameIndex { id: NameIndexId(id) },
        Record::Close { author, message } => Change::Close(Box::new(words_of(author, message)?)),
        Record::TakeOver { number, micros, changes, author, message } => {
            let words = words_of(author, message)?;
            Change::TakeOver(Box::new(LogEntry::new(Commit { number, micros }, changes, words)))
        }
        Record::SkipIds { next } => Change::SkipIds { next: ElementId(next) },
    })
}

fn words_of(author: Option<&str>, message: Option<&str>) -> Result<Words, CodecError> {
    let mut words = Words::default();
    let told = words.set_author(author.unwrap_or("")).and_then(|()| words.set_message(message.unwrap_or("")));
    told.map_err(|error| damaged(&error.to_string()))?;
    Ok(words)
}

fn owner_of(owner: &OwnerRecord) -> Owner {
    match *owner {
        OwnerRecord::Label(label) => Owner::Label(LabelId(label)),
        OwnerRecord::Type(rel_type) => Owner::Type(TypeId(rel_type)),
    }
}

fn read<'r, T: Deserialize<'r>>(rest: &mut &'r [u8]) -> Result<T, CodecError> {
    let (read, len_bytes) = bincode::serde::borrow_decode_from_slice(rest, CONFIG)
        .map_err(|error| CodecError::Damaged { reason: error.to_string() })?;
    *rest = &rest[len_bytes..];
    Ok(read)
}

fn unpacked<T>(bytes: &[u8], id: impl Fn(u32) -> T) -> Result<Vec<T>, CodecError> {
    let (numbers, rest) = bytes.as_chunks();
    if !rest.is_empty() {
        return Err(damaged("a list of numbers is cut off"));
    }
    Ok(numbers.iter().map(|number| id(u32::from_le_bytes(*number))).collect())
}

/// A list that waits for more of its items.
struct Open {
    missing: u64,
    items: Vec<Value>,
}

/// The value that [`encode_value`] made `bytes` of.
///
/// # Errors
///
/// As [`decode`].
pub(super) fn decode_value(bytes: &[u8]) -> Result<Value, CodecError> {
    let mut rest = bytes;
    let mut open: Vec<Open> = Vec::new();
    loop {
        let value = match read(&mut rest)? {
            Item::List { .. } if open.len() == MAX_DEPTH => return Err(CodecError::TooDeep { most: MAX_DEPTH }),
            Item::List { count: missing @ 1.. } => {
                open.push(Open { missing, items: Vec::new() });
                continue;
            }
            item => flat_value(&item).ok_or_else(|| damaged("a value is out of its range"))?,
        };
        if let Some(value) = settle(&mut open, value) {
            return if rest.is_empty() { Ok(value) } else { Err(damaged("bytes after the value")) };
        }
    }
}

/// Puts a value where it is waited for, and every list that is complete by that; the whole if nothing is open.
fn settle(open: &mut Vec<Open>, mut value: Value) -> Option<Value> {
    while let Some(mut list) = open.pop() {
        list.items.push(value);
        list.missing -= 1;
        if list.missing > 0 {
            open.push(list);
            return None;
        }
        value = Value::List(List::from(list.items));
    }
    Some(value)
}

/// The value of an item that nothing follows; `None` if there is no such value.
fn flat_value(item: &Item) -> Option<Value> {
    let date = Date::from_epoch_days;
    let time = LocalTime::from_nanos;
    Some(match *item {
        Item::Null => Value::Null,
        Item::Boolean(flag) => Value::Boolean(flag),
        Item::Integer(number) => Value::Integer(number),
        Item::Float(number) => Value::Float(number),
        Item::String(text) => Value::String(text.into()),
        Item::Date { epoch_days } => Value::Date(date(epoch_days)?),
        Item::LocalTime { nanos } => Value::LocalTime(time(nanos)?),
        Item::Time { nanos, offset_seconds } => Value::Time(Time::new(time(nanos)?, offset_seconds)?),
        Item::LocalDateTime { epoch_days, nanos } => {
            Value::LocalDateTime(LocalDateTime::new(date(epoch_days)?, time(nanos)?))
        }
        Item::DateTime { epoch_days, nanos, offset_seconds, zone } => {
            let local = LocalDateTime::new(date(epoch_days)?, time(nanos)?);
            Value::DateTime(DateTime::from_parts(local, offset_seconds, zone)?)
        }
        Item::Duration { months, days, seconds, nanosecond } => {
            Value::Duration(Duration::new(months, days, seconds, i64::from(nanosecond))?)
        }
        Item::Edtf(text) => Value::Edtf(Edtf::parse(text).ok()?),
        Item::List { count } => return (count == 0).then(|| Value::List(List::from(Vec::new()))),
    })
}

fn damaged(reason: &str) -> CodecError {
    CodecError::Damaged { reason: reason.to_owned() }
}

#[cfg(test)]
pub(super) mod tests;
