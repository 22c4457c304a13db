//! Lines over the last minutes.

use crate::views::SampleInfo;

/// The size of a plot in units of its own.
pub(super) const WIDTH: f64 = 300.0;
pub(super) const HEIGHT: f64 = 60.0;

/// One line.
pub(super) struct Plot {
    /// What it is called.
    pub(super) label: &'static str,
    /// What it is now.
    pub(super) now: String,
    /// The most there was.
    pub(super) most: String,
    /// Where it goes.
    pub(super) points: String,
}

impl Plot {
    /// Of a value of each sample.
    pub(super) fn of(
        label: &'static str,
        samples: &[SampleInfo],
        value: impl Fn(&SampleInfo) -> f64,
    ) -> Self {
        let values: Vec<f64> =
            samples.iter().map(value).map(|one| if one.is_finite() { one } else { 0.0 }).collect();
        let most = values.iter().copied().fold(0.0, f64::max);
        let (scale, step) = (most.max(1e-9), WIDTH / steps(values.len()));
        let mut x = WIDTH - step * steps(values.len());
        let mut points = String::new();
        for one in &values {
            let y = HEIGHT - 2.0 - one / scale * (HEIGHT - 4.0);
            points.push_str(&format!("{x:.1},{y:.1} "));
            x += step;
        }
        Self {
            label,
            now: short(values.last().copied().unwrap_or(0.0)),
            most: short(most),
            points: points.trim_end().to_owned(),
        }
    }
}

/// How many steps there are between so many values, at least one.
fn steps(values: usize) -> f64 {
    u32::try_from(values.saturating_sub(1).max(1)).map_or(1.0, f64::from)
}

fn short(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        value if value < 10.0 => format!("{value:.2}"),
        value if value < 100.0 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(queue: f64) -> SampleInfo {
        SampleInfo { at: 0, messages: 0.0, requests: 0.0, commit_ms: 0.0, queue, live: 0.0 }
    }

    #[test]
    fn a_line_goes_from_edge_to_edge_and_as_high_as_the_most() {
        let samples = [0.0, 5.0, 10.0].map(sample);
        let plot = Plot::of("queue", &samples, |sample| sample.queue);
        assert_eq!(plot.points, "0.0,58.0 150.0,30.0 300.0,2.0");
        assert_eq!((plot.now.as_str(), plot.most.as_str()), ("10.0", "10.0"));
    }

    #[test]
    fn nothing_and_nonsense_make_a_flat_line() {
        assert_eq!(Plot::of("queue", &[], |sample| sample.queue).points, "");
        let plot = Plot::of("queue", &[sample(f64::NAN), sample(0.0)], |sample| sample.queue);
        assert_eq!((plot.points.as_str(), plot.now.as_str()), ("0.0,58.0 300.0,58.0", "0"));
    }
}
