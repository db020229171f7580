//! What many measurements of the same thing come to.

use std::time::Duration;

/// The middle one of some measurements, and the outermost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    pub median: f64,
    pub least: f64,
    pub most: f64,
}

impl Spread {
    /// Of at least one.
    pub(crate) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        let median =
            if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) };
        Self { median, least: values[0], most: values[values.len() - 1] }
    }

    /// As a text, with so many decimals.
    pub(crate) fn tell(self, decimals: usize) -> String {
        let Self { median, least, most } = self;
        format!("{median:.decimals$} ({least:.decimals$} to {most:.decimals$})")
    }
}

/// Many durations, of which only their number is kept for each size: each is known to a sixty-fourth of it. So what is
/// measured for a long time takes no more memory than what is measured for a short one.
pub(crate) struct Durations {
    counts: Vec<u64>,
    most: Duration,
}

/// Bits of a duration that are kept behind its highest one.
const KEPT_BITS: u32 = 6;

impl Default for Durations {
    fn default() -> Self {
        Self { counts: vec![0; (u64::BITS as usize) << KEPT_BITS], most: Duration::ZERO }
    }
}

impl Durations {
    pub(crate) fn add(&mut self, duration: Duration) {
        self.counts[size_of(duration)] += 1;
        self.most = self.most.max(duration);
    }

    pub(crate) fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    pub(crate) fn most(&self) -> Duration {
        self.most
    }

    /// The duration that so large a part of all stays within.
    pub(crate) fn quantile(&self, part: f64) -> Duration {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is a part of a count")]
        let mut left = (self.count() as f64 * part).ceil() as u64;
        for (size, count) in self.counts.iter().enumerate() {
            if left <= *count {
                return longest_of(size).min(self.most);
            }
            left -= count;
        }
        self.most
    }
}

/// Durations of the same size are taken for the same.
fn size_of(duration: Duration) -> usize {
    let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
    let shift = (u64::BITS - nanos.leading_zeros()).saturating_sub(KEPT_BITS + 1);
    ((shift as usize) << KEPT_BITS) + (nanos >> shift) as usize
}

fn longest_of(size: usize) -> Duration {
    let kept = 1 << KEPT_BITS;
    let shift = (size >> KEPT_BITS).saturating_sub(1);
    let first = size - (shift << KEPT_BITS);
    debug_assert!(shift == 0 || (kept..2 * kept).contains(&first));
    Duration::from_nanos((((first as u64) + 1) << shift) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_has_the_middle_one() {
        assert_eq!(Spread::of(vec![3.0, 1.0, 2.0]).tell(1), "2.0 (1.0 to 3.0)");
        assert_eq!(Spread::of(vec![4.0, 1.0]).tell(1), "2.5 (1.0 to 4.0)");
    }

    #[test]
    fn quantiles_are_near_to_what_was_measured() {
        let mut durations = Durations::default();
        (1..=1000).map(Duration::from_micros).for_each(|duration| durations.add(duration));
        for (part, micros) in [(0.5, 500.0), (0.99, 990.0), (0.999, 999.0), (1.0, 1000.0)] {
            let found = durations.quantile(part).as_secs_f64() * 1e6;
            assert!((micros..=micros * 65.0 / 64.0).contains(&found), "{found} for {micros}");
        }
    }

    #[test]
    fn a_duration_is_no_longer_than_the_longest_of_its_size() {
        for nanos in (0..2000).chain([1 << 20, (1 << 21) - 1, u64::MAX >> 1]) {
            let duration = Duration::from_nanos(nanos);
            let longest = longest_of(size_of(duration));
            assert!(duration <= longest && longest.as_nanos() <= u128::from(nanos) * 65 / 64, "{nanos}: {longest:?}");
        }
    }
}
