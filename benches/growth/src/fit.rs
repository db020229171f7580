//! How something grows: the exponent of a power of the size.

/// The exponent that fits best to all of what was measured, by least squares of logarithms.
pub(crate) fn exponent(points: &[(f64, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> =
        points.iter().map(|(size, cost)| (size.ln(), cost.max(f64::MIN_POSITIVE).ln())).collect();
    #[expect(clippy::cast_precision_loss, reason = "a handful of sizes")]
    let count = logs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| logs.iter().map(of).sum::<f64>() / count;
    let (size, cost) = (mean(|point| point.0), mean(|point| point.1));
    let along: f64 = logs.iter().map(|point| (point.0 - size) * (point.1 - cost)).sum();
    let across: f64 = logs.iter().map(|point| (point.0 - size).powi(2)).sum();
    along / across
}

/// The exponent of the last step, where what is fixed weighs least.
pub(crate) fn last_exponent(points: &[(f64, f64)]) -> f64 {
    exponent(&points[points.len().saturating_sub(2)..])
}
