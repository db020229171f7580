//! Random temporal values, near each other and near the ends of what there is.

use proptest::prelude::*;

use super::time::NANOS_PER_DAY;
use super::zone::Zone;
use super::{Date, DateTime, Duration, LocalDateTime, LocalTime, Time};
use crate::value::Value;

pub(super) fn any_date() -> impl Strategy<Value = Date> {
    let days = prop_oneof![
        -1000_i64..30_000,
        Date::MIN.epoch_days..=Date::MAX.epoch_days,
        Date::MIN.epoch_days..Date::MIN.epoch_days + 800,
        Date::MAX.epoch_days - 800..=Date::MAX.epoch_days,
    ];
    days.prop_map(|epoch_days| Date { epoch_days })
}

pub(super) fn any_time() -> impl Strategy<Value = LocalTime> {
    prop_oneof![0..NANOS_PER_DAY, (0..24_i64).prop_map(|hour| hour * NANOS_PER_DAY / 24)]
        .prop_map(|nanos| LocalTime { nanos })
}

pub(super) fn any_local() -> impl Strategy<Value = LocalDateTime> {
    (any_date(), any_time()).prop_map(|(date, time)| LocalDateTime { date, time })
}

pub(super) fn any_datetime() -> impl Strategy<Value = DateTime> {
    const ZONES: [&str; 7] =
        ["Z", "+01:00", "-18:00", "+18:00", "Europe/Stockholm", "Australia/Lord_Howe", "Pacific/Apia"];
    (any_local(), prop::sample::select(&ZONES[..]))
        .prop_filter_map("in range", |(local, zone)| DateTime::resolve(local, Zone::parse(zone)?, None))
}

pub(super) fn any_duration() -> impl Strategy<Value = Duration> {
    let part = || prop_oneof![-100_i64..100, -100_000_i64..100_000, any::<i64>()];
    (part(), part(), part(), 0..1_000_000_000_i64)
        .prop_filter_map("in range", |(months, days, seconds, nanos)| Duration::new(months, days, seconds, nanos))
}

pub(super) fn any_point() -> impl Strategy<Value = Value> {
    prop_oneof![
        any_date().prop_map(Value::Date),
        any_time().prop_map(Value::LocalTime),
        (any_time(), -64_800..=64_800_i32)
            .prop_map(|(local, offset_seconds)| Value::Time(Time { local, offset_seconds })),
        any_local().prop_map(Value::LocalDateTime),
        any_datetime().prop_map(Value::DateTime),
    ]
}
