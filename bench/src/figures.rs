//! Medians, spreads and ratios.

use serde::{Deserialize, Serialize};

/// What was measured of one server in one round.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Requests a second.
    pub rate: f64,
    /// CPU time of the server, in seconds for 100,000 requests.
    pub cpu: f64,
    /// Half of the answers came within so many milliseconds.
    pub p50: f64,
    /// 99 of 100 did.
    pub p99: f64,
    /// Requests that got no proper answer.
    pub errors: f64,
}

/// The middle of several figures, the least and the greatest of them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    pub median: f64,
    pub least: f64,
    pub most: f64,
}

impl Spread {
    /// Of at least one figure.
    pub fn of(figures: impl IntoIterator<Item = f64>) -> Spread {
        let mut sorted: Vec<f64> = figures.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        let median = match sorted.len() % 2 {
            0 => (sorted[middle - 1] + sorted[middle]) / 2.0,
            _ => sorted[middle],
        };
        Spread { median, least: sorted[0], most: sorted[sorted.len() - 1] }
    }
}

/// The rounds of one server.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    pub name: String,
    /// One for each round.
    pub samples: Vec<Sample>,
}

impl Row {
    /// One figure of all rounds.
    pub fn spread(&self, figure: fn(&Sample) -> f64) -> Spread {
        Spread::of(self.samples.iter().map(figure))
    }

    /// How often this server's figure is the other's, round by round.
    pub fn times(&self, other: &Row, figure: fn(&Sample) -> f64) -> Spread {
        let pairs = self.samples.iter().zip(&other.samples);
        Spread::of(pairs.map(|(mine, theirs)| figure(mine) / figure(theirs)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        let spread = Spread::of([4.0, 1.0, 3.0, 2.0]);
        assert_eq!(spread, Spread { median: 2.5, least: 1.0, most: 4.0 });
        assert_eq!(Spread::of([7.0, 9.0, 8.0]).median, 8.0);
    }

    #[test]
    fn a_ratio_compares_what_was_measured_in_the_same_round() {
        let sample = |rate| Sample { rate, cpu: 1.0, p50: 1.0, p99: 1.0, errors: 0.0 };
        let row = |rates: [f64; 3]| Row { name: String::new(), samples: rates.map(sample).into() };
        // The machine was twice as slow in the second round; that says nothing of either server.
        let ratio = row([20.0, 10.0, 20.0]).times(&row([10.0, 5.0, 10.0]), |sample| sample.rate);
        assert_eq!(ratio, Spread { median: 2.0, least: 2.0, most: 2.0 });
    }
}
