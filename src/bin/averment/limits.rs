//! What a statement may use, as the command line says it: `30s`, `4GiB`.

use std::time::Duration;

use averment::{CancelToken, Limits};

/// Options of every command that runs statements.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Limits of each statement")]
pub(crate) struct LimitArgs {
    /// How long it may run: 500ms, 30s, 5min, 1h.
    #[arg(long, global = true, value_name = "TIME", value_parser = duration)]
    timeout: Option<Duration>,
    /// How much memory it may hold: 512MiB, 4GiB; `none` for no bound.
    #[arg(long, global = true, value_name = "SIZE", value_parser = memory, default_value = "2GiB")]
    max_memory: Memory,
    /// How many rows its operators may make, those that no one sees included.
    #[arg(long, global = true, value_name = "COUNT")]
    max_rows: Option<u64>,
    /// How many threads may work on it at a time; without this, as many as the machine can run, 16 at most.
    #[arg(long, global = true, value_name = "COUNT", value_parser = threads)]
    threads: Option<usize>,
}

impl LimitArgs {
    /// The limits of each statement, which `cancel` stops.
    pub(crate) fn limits(&self, cancel: &CancelToken) -> Limits {
        let cancel = Some(cancel.clone());
        Limits {
            max_rows: self.max_rows,
            max_bytes: self.max_memory.0,
            timeout: self.timeout,
            max_threads: self.threads,
            cancel,
            ..Limits::default()
        }
    }
}

/// Bytes; nothing for no bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Memory(Option<u64>);

fn threads(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|count| *count > 0);
    count.ok_or_else(|| format!("expected how many threads, 1 or more, found `{text}`"))
}

fn duration(text: &str) -> Result<Duration, String> {
    let fault = || format!("expected a time such as 500ms, 30s, 5min or 1h, found `{text}`");
    let (number, unit) = number_and_unit(text);
    let number: f64 = number.parse().map_err(|_| fault())?;
    let seconds = match unit {
        "ms" => number / 1e3,
        "s" => number,
        "min" | "m" => number * 60.0,
        "h" => number * 3600.0,
        _ => return Err(fault()),
    };
    Duration::try_from_secs_f64(seconds).map_err(|_| fault())
}

fn memory(text: &str) -> Result<Memory, String> {
    if text == "none" {
        return Ok(Memory(None));
    }
    let (number, unit) = number_and_unit(text);
    let scale: Option<u64> = match unit.to_ascii_lowercase().as_str() {
        "b" => Some(1),
        "kib" => Some(1 << 10),
        "mib" => Some(1 << 20),
        "gib" => Some(1 << 30),
        "tib" => Some(1 << 40),
        "kb" => Some(1_000),
        "mb" => Some(1_000_000),
        "gb" => Some(1_000_000_000),
        "tb" => Some(1_000_000_000_000),
        _ => None,
    };
    let bytes = number.parse::<u64>().ok().zip(scale).and_then(|(number, scale)| number.checked_mul(scale));
    let bytes = bytes
        .ok_or_else(|| format!("expected a size with its unit, such as 512MiB or 4GiB, or none, found `{text}`"))?;
    Ok(Memory(Some(bytes)))
}

/// The text up to its first letter, and the rest.
fn number_and_unit(text: &str) -> (&str, &str) {
    let (number, unit) = text.split_at(text.find(char::is_alphabetic).unwrap_or(text.len()));
    (number.trim_end(), unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("1.5 s"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("2min"), Ok(Duration::from_secs(120)));
        for wrong in ["30", "s", "-1s", "1e400s", "30 parsecs", "", "infs"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_are_binary_or_decimal() {
        assert_eq!(memory("4GiB"), Ok(Memory(Some(4 << 30))));
        assert_eq!(memory("512 mib"), Ok(Memory(Some(512 << 20))));
        assert_eq!(memory("5MB"), Ok(Memory(Some(5_000_000))));
        assert_eq!(memory("1000B"), Ok(Memory(Some(1000))));
        assert_eq!(memory("none"), Ok(Memory(None)));
        for wrong in ["", "512", "0", "GiB", "-1GiB", "1.5GiB", "99999999999TiB", "4G"] {
            assert!(memory(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn there_is_one_thread_at_least() {
        assert_eq!(threads("1"), Ok(1));
        assert_eq!(threads("64"), Ok(64));
        for wrong in ["0", "-1", "", "two", "1.5"] {
            assert!(threads(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_said_is_as_in_the_library() {
        #[derive(clap::Parser)]
        struct Line {
            #[command(flatten)]
            limits: LimitArgs,
        }
        let line: Line = clap::Parser::parse_from(["averment"]);
        assert_eq!(line.limits.limits(&CancelToken::new()).max_bytes, Limits::default().max_bytes);
    }
}
