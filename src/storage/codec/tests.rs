//! Golden bytes, the round trip, and bytes that nobody wrote.

use std::fmt::Write;

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::value::arbitrary::any_scalar;
use crate::value::compare;

fn write(record: &Record) -> Vec<u8> {
    let mut bytes = Vec::new();
    append(&mut bytes, record);
    bytes
}

fn check_bytes(changes: &[Change], expected: &Expect) {
    let mut text = String::new();
    for change in changes {
        let bytes = encode(change).unwrap();
        let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(text, "{}\n    {change:?}", hex.join(" ")).unwrap();
        assert_eq!(format!("{:?}", decode(&bytes).unwrap()), format!("{change:?}"));
    }
    expected.assert_eq(&text);
}

fn set(value: impl Into<Value>) -> Change {
    Change::SetProperty { element: ElementId(7), key: KeyId(1), value: value.into() }
}

#[test]
fn the_bytes_of_changes_stay_what_they_are() {
    let (id, rel) = (ElementId(251), ElementId(70_000));
    let (label, rel_type, key) = (LabelId(2), TypeId(3), KeyId(1));
    let name = Name::from("имя");
    let keys = vec![key, KeyId(300)];
    let index = IndexDef { id: IndexId(4), name: name.clone(), owner: Owner::Label(label), keys: keys.clone() };
    let constraint = ConstraintDef {
        name: name.clone(),
        owner: Owner::Type(rel_type),
        keys,
        kind: ConstraintKind::Key,
        index: Some(IndexId(4)),
    };
    let changes = [
        Change::Begin(Commit { number: 5, micros: 1_700_000_000_000_000 }),
        Change::DefineLabel { id: label, name: name.clone() },
        Change::DefineType { id: rel_type, name: Name::from("OWNS") },
        Change::DefineKey { id: key, name: Name::from("") },
        Change::CreateNode { id, labels: vec![label, LabelId(0x0102_0304)] },
        Change::CreateNode { id, labels: Vec::new() },
        Change::CreateRel { id: rel, rel_type, start: id, end: rel, asserted: false },
        Change::DeleteNode { id },
        Change::DeleteRel { id: rel },
        Change::AddLabel { node: id, label },
        Change::RemoveLabel { node: id, label },
        Change::SetState { rel, asserted: true },
        set(Value::Null),
        Change::CreateIndex(Box::new(index)),
        Change::DropIndex { id: IndexId(4) },
        Change::CreateConstraint(Box::new(constraint)),
        Change::DropConstraint { name },
        Change::Close(Box::new(words("Ада", ""))),
        Change::TakeOver(Box::new(LogEntry::new(Commit { number: 5, micros: -1 }, 3, words("", "why")))),
        Change::SkipIds { next: id },
        Change::CreateNameIndex(Box::new(NameIndexDef {
            id: NameIndexId(4),
            name: Name::from("n"),
            of: Named::Label(label),
            keys: vec![key],
        })),
        Change::DropNameIndex { id: NameIndexId(4) },
    ];
    check_bytes(
        &changes,
        &expect![[r#"
        00 05 fd 00 80 3c 30 48 14 0c 00
            Begin(Commit { number: 5, micros: 1700000000000000 })
        01 02 06 d0 b8 d0 bc d1 8f
            DefineLabel { id: LabelId(2), name: Name("имя") }
        02 03 04 4f 57 4e 53
            DefineType { id: TypeId(3), name: Name("OWNS") }
        03 01 00
            DefineKey { id: KeyId(1), name: Name("") }
        04 fb fb 00 08 02 00 00 00 04 03 02 01
            CreateNode { id: ElementId(251), labels: [LabelId(2), LabelId(16909060)] }
        04 fb fb 00 00
            CreateNode { id: ElementId(251), labels: [] }
        05 fc 70 11 01 00 03 fb fb 00 fc 70 11 01 00 00
            CreateRel { id: ElementId(70000), rel_type: TypeId(3), start: ElementId(251), end: ElementId(70000), asserted: false }
        06 fb fb 00
            DeleteNode { id: ElementId(251) }
        07 fc 70 11 01 00
            DeleteRel { id: ElementId(70000) }
        08 fb fb 00 02
            AddLabel { node: ElementId(251), label: LabelId(2) }
        09 fb fb 00 02
            RemoveLabel { node: ElementId(251), label: LabelId(2) }
        0a fc 70 11 01 00 01
            SetState { rel: ElementId(70000), asserted: true }
        0b 07 01 01 00
            SetProperty { element: ElementId(7), key: KeyId(1), value: Null }
        0c 04 06 d0 b8 d0 bc d1 8f 00 02 08 01 00 00 00 2c 01 00 00
            CreateIndex(IndexDef { id: IndexId(4), name: Name("имя"), owner: Label(LabelId(2)), keys: [KeyId(1), KeyId(300)] })
        0d 04
            DropIndex { id: IndexId(4) }
        0e 06 d0 b8 d0 bc d1 8f 01 03 08 01 00 00 00 2c 01 00 00 02 01 04
            CreateConstraint(ConstraintDef { name: Name("имя"), owner: Type(TypeId(3)), keys: [KeyId(1), KeyId(300)], kind: Key, index: Some(IndexId(4)) })
        0f 06 d0 b8 d0 bc d1 8f
            DropConstraint { name: Name("имя") }
        10 01 06 d0 90 d0 b4 d0 b0 00
            Close(Words { author: Some("Ада"), message: None })
        11 05 01 03 00 01 03 77 68 79
            TakeOver(LogEntry { commit: Commit { number: 5, micros: -1 }, changes: 3, words: Some(Words { author: None, message: Some("why") }) })
        12 fb fb 00
            SkipIds { next: ElementId(251) }
        13 04 01 6e 01 02 04 01 00 00 00
            CreateNameIndex(NameIndexDef { id: NameIndexId(4), name: Name("n"), of: Label(LabelId(2)), keys: [KeyId(1)] })
        14 04
            DropNameIndex { id: NameIndexId(4) }
    "#]],
    );
}

#[test]
fn the_bytes_of_values_stay_what_they_are() {
    let local = LocalDateTime::parse("2021-12-10T09:08:07.000000006").unwrap();
    let values = [
        Value::Boolean(true),
        Value::Integer(-1),
        Value::Integer(i64::MIN),
        Value::Float(-0.0),
        Value::from("Ада"),
        Value::Date(Date::MIN),
        Value::LocalTime(LocalTime::MIDNIGHT),
        Value::Time(Time::new(local.time(), -18 * 3_600).unwrap()),
        Value::LocalDateTime(local),
        Value::DateTime(DateTime::from_parts(local, 3_600, None).unwrap()),
        Value::DateTime(DateTime::from_parts(local, 3_600, Some("Europe/Stockholm")).unwrap()),
        Value::Duration(Duration::new(-1, 2, -3, 4).unwrap()),
        Value::Edtf(Edtf::parse("2021-12?").unwrap()),
        Value::from(Vec::<i64>::new()),
        Value::from(vec![Value::from(vec![1, 2]), Value::from(Vec::<i64>::new()), Value::from("a")]),
    ];
    check_bytes(
        &values.map(set),
        &expect![[r#"
        0b 07 01 02 01 01
            SetProperty { element: ElementId(7), key: KeyId(1), value: Boolean(true) }
        0b 07 01 02 02 01
            SetProperty { element: ElementId(7), key: KeyId(1), value: Integer(-1) }
        0b 07 01 0a 02 fd ff ff ff ff ff ff ff ff
            SetProperty { element: ElementId(7), key: KeyId(1), value: Integer(-9223372036854775808) }
        0b 07 01 09 03 00 00 00 00 00 00 00 80
            SetProperty { element: ElementId(7), key: KeyId(1), value: Float(-0.0) }
        0b 07 01 08 04 06 d0 90 d0 b4 d0 b0
            SetProperty { element: ElementId(7), key: KeyId(1), value: String("Ада") }
        0b 07 01 0a 05 fd b3 79 62 14 aa 00 00 00
            SetProperty { element: ElementId(7), key: KeyId(1), value: Date(Date { epoch_days: -365243219162 }) }
        0b 07 01 02 06 00
            SetProperty { element: ElementId(7), key: KeyId(1), value: LocalTime(LocalTime { nanos: 0 }) }
        0b 07 01 0f 07 fd 0c cc e7 33 d2 3b 00 00 fc 3f fa 01 00
            SetProperty { element: ElementId(7), key: KeyId(1), value: Time(Time { local: LocalTime { nanos: 32887000000006 }, offset_seconds: -64800 }) }
        0b 07 01 0d 08 fb 36 94 fd 0c cc e7 33 d2 3b 00 00
            SetProperty { element: ElementId(7), key: KeyId(1), value: LocalDateTime(LocalDateTime { date: Date { epoch_days: 18971 }, time: LocalTime { nanos: 32887000000006 } }) }
        0b 07 01 11 09 fb 36 94 fd 0c cc e7 33 d2 3b 00 00 fb 20 1c 00
            SetProperty { element: ElementId(7), key: KeyId(1), value: DateTime(DateTime { shown: Shown { local: LocalDateTime { date: Date { epoch_days: 18971 }, time: LocalTime { nanos: 32887000000006 } }, offset_seconds: 3600, region: None } }) }
        0b 07 01 22 09 fb 36 94 fd 0c cc e7 33 d2 3b 00 00 fb 20 1c 01 10 45 75 72 6f 70 65 2f 53 74 6f 63 6b 68 6f 6c 6d
            SetProperty { element: ElementId(7), key: KeyId(1), value: DateTime(DateTime { shown: Shown { local: LocalDateTime { date: Date { epoch_days: 18971 }, time: LocalTime { nanos: 32887000000006 } }, offset_seconds: 3600, region: Some(Europe/Stockholm) } }) }
        0b 07 01 05 0a 01 04 05 04
            SetProperty { element: ElementId(7), key: KeyId(1), value: Duration(Duration { parts: Parts { months: -1, days: 2, seconds: -3, nanosecond: 4 } }) }
        0b 07 01 0a 0b 08 32 30 32 31 2d 31 32 3f
            SetProperty { element: ElementId(7), key: KeyId(1), value: Edtf(Edtf("2021-12?")) }
        0b 07 01 02 0c 00
            SetProperty { element: ElementId(7), key: KeyId(1), value: List([]) }
        0b 07 01 0d 0c 03 0c 02 02 02 02 04 0c 00 04 01 61
            SetProperty { element: ElementId(7), key: KeyId(1), value: List([List([Integer(1), Integer(2)]), List([]), String("a")]) }
    "#]],
    );
}

#[test]
fn what_cannot_be_stored_has_no_bytes() {
    let map = Value::Map(crate::value::Map::default());
    for value in [map.clone(), Value::from(vec![map]), Value::Node(crate::value::Node::bare(ElementId(1)))] {
        assert!(matches!(encode(&set(value)), Err(CodecError::NotStorable { .. })));
    }
}

/// A list in a list, so many of them.
fn nested(depth: usize) -> Value {
    (1..depth).fold(Value::from(Vec::<i64>::new()), |inner, _| Value::from(vec![inner]))
}

#[test]
fn lists_are_nested_as_deeply_as_the_limit_both_ways() {
    let most = encode(&set(nested(MAX_DEPTH))).unwrap();
    assert_eq!(format!("{:?}", decode(&most).unwrap()), format!("{:?}", set(nested(MAX_DEPTH))));
    assert!(matches!(encode(&set(nested(MAX_DEPTH + 1))), Err(CodecError::TooDeep { .. })));
    let mut value: Vec<u8> = Vec::new();
    for _ in 0..100_000 {
        append(&mut value, &Item::List { count: 1 });
    }
    let hostile = write(&Record::SetProperty { element: 1, key: 1, value: &value });
    assert!(matches!(decode(&hostile), Err(CodecError::TooDeep { .. })));
}

#[test]
fn a_length_that_the_bytes_do_not_have_is_damage_and_no_allocation() {
    let mut value = Vec::new();
    append(&mut value, &Item::List { count: u64::MAX });
    let of_value = write(&Record::SetProperty { element: 1, key: 1, value: &value });
    let text = [[1, 0, 253].as_slice(), &[0xff; 8]].concat();
    let numbers = [[4, 0, 253].as_slice(), &[0xff; 8]].concat();
    for bytes in [of_value, text, numbers] {
        assert!(matches!(decode(&bytes), Err(CodecError::Damaged { .. })), "{bytes:02x?}");
    }
}

#[test]
fn a_value_out_of_its_range_is_damage() {
    let (epoch_days, nanos, zone) = (i64::MAX, i64::MAX, Some("Nowhere/Atlantis"));
    let items = [
        Item::Date { epoch_days },
        Item::LocalTime { nanos },
        Item::LocalTime { nanos: -1 },
        Item::Time { nanos: 0, offset_seconds: i32::MIN },
        Item::LocalDateTime { epoch_days, nanos: 0 },
        Item::DateTime { epoch_days: 0, nanos: 0, offset_seconds: 0, zone },
        Item::Duration { months: 0, days: 0, seconds: i64::MAX, nanosecond: u32::MAX },
        Item::Edtf("yesterday"),
    ];
    for item in items {
        let mut value = Vec::new();
        append(&mut value, &item);
        let bytes = write(&Record::SetProperty { element: 1, key: 1, value: &value });
        assert!(matches!(decode(&bytes), Err(CodecError::Damaged { .. })), "{value:02x?}");
    }
}

#[test]
fn a_record_longer_than_the_limit_is_refused_both_ways() {
    let text: Value = "a".repeat(MAX_BYTES).into();
    assert!(matches!(encode(&set(text)), Err(CodecError::TooLong { .. })));
    assert!(matches!(decode(&vec![0; MAX_BYTES + 1]), Err(CodecError::TooLong { .. })));
}

fn any_stored() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        8 => any_scalar(),
        1 => ".{0,12}".prop_map(Value::from),
        1 => any::<u64>().prop_map(|bits| Value::Float(f64::from_bits(bits))),
        1 => (any::<i64>(), any::<i64>(), any::<i64>(), 0..1_000_000_000_i64)
            .prop_filter_map("a duration", |(months, days, seconds, nanos)| Duration::new(months, days, seconds, nanos))
            .prop_map(Value::Duration),
        1 => (Date::MIN.epoch_days()..=Date::MAX.epoch_days(), 0..86_400_000_000_000_i64, -64_800..=64_800_i32)
            .prop_map(|(days, nanos, offset)| {
                let local = LocalDateTime::new(
                    Date::from_epoch_days(days).unwrap(),
                    LocalTime::from_nanos(nanos).unwrap(),
                );
                let zone = Some("Europe/Stockholm").filter(|_| nanos % 2 == 0);
                Value::DateTime(DateTime::from_parts(local, offset, zone).unwrap())
            }),
    ];
    let stored = scalar.prop_filter("elements are not stored", |value| {
        !matches!(value, Value::Node(_) | Value::Relationship(_) | Value::Path(_))
    });
    stored.prop_recursive(4, 24, 4, |inner| prop::collection::vec(inner, 0..4).prop_map(Value::from))
}

pub(in crate::storage) fn any_change() -> impl Strategy<Value = Change> {
    let id = || any::<u64>().prop_map(ElementId);
    let number = any::<u32>;
    let name = || ".{0,8}".prop_map(Name::from);
    let owner = || {
        (any::<bool>(), any::<u32>())
            .prop_map(|(is_label, id)| if is_label { Owner::Label(LabelId(id)) } else { Owner::Type(TypeId(id)) })
    };
    let keys = || prop::collection::vec(number().prop_map(KeyId), 0..4);
    let kind = prop::sample::select(vec![ConstraintKind::Unique, ConstraintKind::Exists, ConstraintKind::Key]);
    let index = (number(), name(), owner(), keys()).prop_map(|(id, name, owner, keys)| IndexDef {
        id: IndexId(id),
        name,
        owner,
        keys,
    });
    let named = prop_oneof![
        Just(Named::AnyNode),
        number().prop_map(|label| Named::Label(LabelId(label))),
        number().prop_map(|rel_type| Named::Type(TypeId(rel_type))),
    ];
    let name_index = (number(), name(), named, keys()).prop_map(|(id, name, of, keys)| NameIndexDef {
        id: NameIndexId(id),
        name,
        of,
        keys,
    });
    let constraint =
        (name(), owner(), keys(), kind, prop::option::of(number())).prop_map(|(name, owner, keys, kind, index)| {
            ConstraintDef { name, owner, keys, kind, index: index.map(IndexId) }
        });
    let of_nodes = prop_oneof![
        (id(), prop::collection::vec(number().prop_map(LabelId), 0..5))
            .prop_map(|(id, labels)| Change::CreateNode { id, labels }),
        id().prop_map(|id| Change::DeleteNode { id }),
        (id(), number()).prop_map(|(node, label)| Change::AddLabel { node, label: LabelId(label) }),
        (id(), number()).prop_map(|(node, label)| Change::RemoveLabel { node, label: LabelId(label) }),
    ];
    let of_rels = prop_oneof![
        (id(), number(), id(), id(), any::<bool>()).prop_map(|(id, rel_type, start, end, asserted)| {
            Change::CreateRel { id, rel_type: TypeId(rel_type), start, end, asserted }
        }),
        id().prop_map(|id| Change::DeleteRel { id }),
        (id(), any::<bool>()).prop_map(|(rel, asserted)| Change::SetState { rel, asserted }),
    ];
    let of_names = prop_oneof![
        id().prop_map(|next| Change::SkipIds { next }),
        (any::<u64>(), any::<i64>()).prop_map(|(number, micros)| Change::Begin(Commit { number, micros })),
        (name(), name()).prop_map(|(author, message)| Change::Close(Box::new(words(&author, &message)))),
        (any::<u64>(), any::<i64>(), any::<u64>(), name()).prop_map(|(number, micros, changes, author)| {
            Change::TakeOver(Box::new(LogEntry::new(Commit { number, micros }, changes, words(&author, "x"))))
        }),
        (number(), name()).prop_map(|(id, name)| Change::DefineLabel { id: LabelId(id), name }),
        (number(), name()).prop_map(|(id, name)| Change::DefineType { id: TypeId(id), name }),
        (number(), name()).prop_map(|(id, name)| Change::DefineKey { id: KeyId(id), name }),
        index.prop_map(|def| Change::CreateIndex(Box::new(def))),
        number().prop_map(|id| Change::DropIndex { id: IndexId(id) }),
        constraint.prop_map(|def| Change::CreateConstraint(Box::new(def))),
        name_index.prop_map(|def| Change::CreateNameIndex(Box::new(def))),
        number().prop_map(|id| Change::DropNameIndex { id: NameIndexId(id) }),
        name().prop_map(|name| Change::DropConstraint { name }),
    ];
    let of_properties = (id(), number(), any_stored()).prop_map(|(element, key, value)| Change::SetProperty {
        element,
        key: KeyId(key),
        value,
    });
    prop_oneof![of_nodes, of_rels, of_names, of_properties]
}

fn words(author: &str, message: &str) -> Words {
    let mut words = Words::default();
    words.set_author(author).unwrap();
    words.set_message(message).unwrap();
    words
}

/// Bytes are an error, or a change that can be printed, compared and written again.
fn check_hostile(bytes: &[u8]) -> Result<(), TestCaseError> {
    let Ok(change) = decode(bytes) else { return Ok(()) };
    let text = format!("{change:?}");
    if let Change::SetProperty { value, .. } = &change {
        prop_assert!(Value::from(vec![value.clone()]).to_string().starts_with('['));
        prop_assert!(compare::order(value, value).is_eq());
    }
    let again = decode(&encode(&change).unwrap()).unwrap();
    prop_assert_eq!(format!("{again:?}"), text);
    Ok(())
}

proptest! {
    #[test]
    fn a_change_comes_back_from_its_bytes(change in any_change()) {
        let bytes = encode(&change).unwrap();
        let back = decode(&bytes).unwrap();
        prop_assert_eq!(format!("{back:?}"), format!("{change:?}"));
        prop_assert_eq!(encode(&back).unwrap(), bytes);
    }

    #[test]
    fn part_of_a_record_is_damage(change in any_change(), cut in any::<prop::sample::Index>(), more in any::<u8>()) {
        let mut bytes = encode(&change).unwrap();
        prop_assert!(decode(&bytes[..cut.index(bytes.len())]).is_err());
        bytes.push(more);
        prop_assert!(decode(&bytes).is_err());
    }

    #[test]
    fn bytes_that_nobody_wrote_are_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        check_hostile(&bytes)?;
    }

    #[test]
    fn a_value_that_nobody_wrote_is_no_panic(value in prop::collection::vec(0..16_u8, 0..40)) {
        check_hostile(&write(&Record::SetProperty { element: 1, key: 1, value: &value }))?;
    }

    #[test]
    fn changed_bytes_are_no_panic(
        change in any_change(),
        changed in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = encode(&change).unwrap();
        for (place, byte) in changed {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        check_hostile(&bytes)?;
    }
}
