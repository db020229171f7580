//! Random values for laws that hold of all of them.

use std::sync::Arc;

use proptest::prelude::*;

use super::{
    Date, DateTime, Duration, Edtf, Element, ElementId, LocalDateTime, LocalTime, Name, Node, Path, Relationship, Time,
    Value,
};

/// Any value, with many that are equal, near each other, or known for trouble.
pub(crate) fn any_value() -> impl Strategy<Value = Value> {
    any_scalar().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(|items| Value::List(items.into_iter().collect())),
            prop::collection::btree_map(any_key(), inner, 0..3).prop_map(|map| Value::Map(map.into())),
        ]
    })
}

/// As [`any_value`], without lists and maps.
pub(crate) fn any_scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Boolean),
        any_number(),
        "[ab]{0,2}".prop_map(Value::from),
        any_date().prop_map(Value::Date),
        any_edtf().prop_map(Value::Edtf),
        any_time().prop_map(Value::LocalTime),
        (any_time(), any_offset())
            .prop_filter_map("an offset", |(time, offset)| Time::new(time, offset))
            .prop_map(Value::Time),
        any_local_datetime().prop_map(Value::LocalDateTime),
        (any_local_datetime(), any_offset())
            .prop_filter_map("a point in time", |(local, offset)| DateTime::from_parts(local, offset, None))
            .prop_map(Value::DateTime),
        (-1_i64..2, -31_i64..32, -86_400_i64..86_401)
            .prop_filter_map("a duration", |(months, days, seconds)| Duration::new(months, days, seconds, 0))
            .prop_map(Value::Duration),
        any_id().prop_map(|id| Value::Node(Node::bare(id))),
        any_id().prop_map(|id| Value::Relationship(Relationship::bare(id))),
        any_path().prop_map(|path| Value::Path(Arc::new(path))),
    ]
}

pub(crate) fn any_number() -> impl Strategy<Value = Value> {
    const EDGES: [i64; 8] =
        [i64::MIN, i64::MIN + 1, -(1 << 53) - 1, -(1 << 53), 1 << 53, (1 << 53) + 1, i64::MAX - 1, i64::MAX];
    #[expect(clippy::cast_precision_loss, reason = "the neighbours of these integers are what is wanted")]
    let edge_floats = prop::sample::select(EDGES.map(|edge| edge as f64).to_vec());
    let odd_floats = prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 0.5, -0.5, 1e300]);
    prop_oneof![
        (-3_i64..4).prop_map(Value::Integer),
        prop::sample::select(EDGES.to_vec()).prop_map(Value::Integer),
        any::<i64>().prop_map(Value::Integer),
        (-3_i32..4).prop_map(|value| Value::Float(f64::from(value))),
        edge_floats.prop_map(Value::Float),
        odd_floats.prop_map(Value::Float),
        any::<f64>().prop_map(Value::Float),
    ]
}

fn any_key() -> impl Strategy<Value = Name> {
    "[ab]".prop_map(Name::from)
}

fn any_id() -> impl Strategy<Value = ElementId> {
    (0_u64..4).prop_map(ElementId)
}

fn any_date() -> impl Strategy<Value = Date> {
    (18_600_i64..18_660).prop_map(|epoch_days| Date { epoch_days })
}

fn any_time() -> impl Strategy<Value = LocalTime> {
    (0_i64..24).prop_map(|hour| LocalTime { nanos: hour * 3_600_000_000_000 })
}

fn any_offset() -> impl Strategy<Value = i32> {
    (-2_i32..3).prop_map(|hours| hours * 3_600)
}

fn any_local_datetime() -> impl Strategy<Value = LocalDateTime> {
    (any_date(), any_time()).prop_map(|(date, time)| LocalDateTime { date, time })
}

fn any_edtf() -> impl Strategy<Value = Edtf> {
    const SOME: [&str; 12] = [
        "2020-12-10",
        "2020-12-10?",
        "2020-12",
        "2020-12~",
        "2020",
        "202X",
        "2020-24",
        "[..2021-01-02]",
        "2020-12/..",
        "[2020-12-10,2020-12-12]",
        "2020-12-10/2020-12-12",
        "Y-12345",
    ];
    prop_oneof![
        any_date().prop_filter_map("a year of four digits", Edtf::from_date),
        prop::sample::select(SOME.to_vec()).prop_filter_map("a date", |text| Edtf::parse(text).ok()),
    ]
}

fn any_path() -> impl Strategy<Value = Path> {
    prop::collection::vec((any_id(), any_id()), 1..3).prop_map(|steps| Path {
        elements: steps.iter().map(|(node, _)| Element::Node(Node::bare(*node))).collect(),
        relationships: steps.iter().skip(1).map(|(_, rel)| Relationship::bare(*rel)).collect(),
    })
}
