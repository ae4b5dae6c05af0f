//! Bars: one figure for each server.

use std::fmt::Write;

use crate::charts::picture::{Labels, figure, picture};

/// A figure, and whose it is.
pub struct Bar {
    pub name: String,
    pub value: f64,
    /// Ours are drawn thick, as what is new is in the book's other pictures.
    pub is_ours: bool,
}

/// Where bars begin, and how long the longest is: names stand before it, and its figure behind.
const LEFT: f64 = 180.0;
const LONGEST: f64 = 230.0;
const ROW: f64 = 26.0;
const TOP: f64 = 40.0;

/// A chart of bars, the longest for the greatest figure.
pub fn bars(labels: &Labels, all: &[Bar]) -> String {
    let greatest = all.iter().map(|bar| bar.value).fold(f64::MIN_POSITIVE, f64::max);
    let mut drawn = format!("<text x=\"8\" y=\"20\" class=\"note\">{}</text>\n", labels.unit);
    let mut told = format!("In {}:", labels.unit);
    for (row, bar) in all.iter().enumerate() {
        let y = TOP + row as f64 * ROW;
        let length = (bar.value / greatest * LONGEST).max(1.0);
        let class = if bar.is_ours { "box new" } else { "box" };
        let (name, value) = (&bar.name, figure(bar.value));
        let _ = writeln!(
            drawn,
            "<text x=\"{:.0}\" y=\"{:.0}\" class=\"end\">{name}</text>\n\
             <rect class=\"{class}\" x=\"{LEFT}\" y=\"{y:.0}\" width=\"{length:.0}\" height=\"16\"/>\n\
             <text x=\"{:.0}\" y=\"{:.0}\" class=\"note\">{value}</text>",
            LEFT - 8.0,
            y + 13.0,
            LEFT + length + 8.0,
            y + 13.0,
        );
        let _ = write!(told, " {name} {value}{}", if row + 1 == all.len() { '.' } else { ',' });
    }
    picture(labels, TOP + all.len() as f64 * ROW + 4.0, &told, &drawn)
}
