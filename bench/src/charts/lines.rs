//! Lines: a figure that changes with another, both by powers of ten.

use std::fmt::Write;

use crate::charts::picture::{Labels, WIDTH, figure, picture};

/// What one server does, or one way of doing it.
pub struct Curve {
    pub name: String,
    /// From left to right.
    pub points: Vec<(f64, f64)>,
    /// Drawn thick, as what is new is in the book's other pictures.
    pub is_new: bool,
}

/// The drawing's edges; names stand to its right, at the ends of their lines.
const LEFT: f64 = 58.0;
const RIGHT: f64 = WIDTH - 118.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 250.0;
/// Names are at least so far from each other.
const APART: f64 = 18.0;

/// The powers of ten that the figures lie between.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn of(figures: impl Iterator<Item = f64> + Clone) -> Scale {
        let powers = figures.map(f64::log10);
        let low = powers.clone().fold(f64::MAX, f64::min).floor();
        let high = powers.fold(f64::MIN, f64::max).ceil();
        Scale { low, high: high.max(low + 1.0) }
    }

    /// Where between `from` and `to` a figure lies.
    fn place(&self, value: f64, from: f64, to: f64) -> f64 {
        from + (value.log10() - self.low) / (self.high - self.low) * (to - from)
    }

    fn marks(&self) -> impl Iterator<Item = f64> + use<> {
        (self.low as i32..=self.high as i32).map(|power| 10f64.powi(power))
    }
}

/// A chart of lines.
pub fn lines(labels: &Labels, of: &str, curves: &[Curve]) -> String {
    let points = curves.iter().flat_map(|curve| &curve.points);
    let across = Scale::of(points.clone().map(|point| point.0));
    let up = Scale::of(points.map(|point| point.1));
    let mut drawn = axes(&labels.unit, of, &across, &up);
    for (curve, name_at) in curves.iter().zip(names(curves, &up)) {
        let places = curve.points.iter().map(|point| {
            let (x, y) = (across.place(point.0, LEFT, RIGHT), up.place(point.1, BOTTOM, TOP));
            format!("{x:.0},{y:.0}")
        });
        let class = if curve.is_new { "line new" } else { "line" };
        let places = places.collect::<Vec<_>>().join(" ");
        let _ = writeln!(
            drawn,
            "<polyline class=\"{class}\" points=\"{places}\"/>\n\
             <text x=\"{:.0}\" y=\"{name_at:.0}\" class=\"note\">{}</text>",
            RIGHT + 8.0,
            curve.name
        );
    }
    picture(labels, BOTTOM + 48.0, &told(of, &labels.unit, curves), &drawn)
}

/// What stands below and beside the drawing.
fn axes(unit: &str, of: &str, across: &Scale, up: &Scale) -> String {
    let mut drawn = format!("<text x=\"8\" y=\"20\" class=\"note\">{unit}</text>\n");
    for mark in across.marks() {
        let (x, y) = (across.place(mark, LEFT, RIGHT), BOTTOM + 18.0);
        let text = mark as u64;
        let _ =
            writeln!(drawn, "<text x=\"{x:.0}\" y=\"{y:.0}\" class=\"note middle\">{text}</text>");
    }
    for mark in up.marks() {
        let y = up.place(mark, BOTTOM, TOP);
        let _ = writeln!(
            drawn,
            "<line class=\"line gone\" x1=\"{LEFT}\" y1=\"{y:.0}\" x2=\"{RIGHT}\" y2=\"{y:.0}\"/>\n\
             <text x=\"{:.0}\" y=\"{:.0}\" class=\"note end\">{}</text>",
            LEFT - 6.0,
            y + 5.0,
            if mark < 1.0 {
                mark.to_string()
            } else {
                figure(mark).replace(".00", "").replace(".0", "")
            },
        );
    }
    let _ = writeln!(
        drawn,
        "<text x=\"{:.0}\" y=\"{:.0}\" class=\"note middle\">{of}</text>",
        (LEFT + RIGHT) / 2.0,
        BOTTOM + 38.0
    );
    drawn
}

/// Where each name stands: where its line ends, but not on top of another name.
fn names(curves: &[Curve], up: &Scale) -> Vec<f64> {
    let end =
        |curve: &Curve| curve.points.last().map_or(BOTTOM, |last| up.place(last.1, BOTTOM, TOP));
    let mut order: Vec<usize> = (0..curves.len()).collect();
    order.sort_by(|&one, &other| end(&curves[one]).total_cmp(&end(&curves[other])));
    let mut places = vec![0.0; curves.len()];
    let mut least = TOP - APART;
    for which in order {
        least = (end(&curves[which]) + 5.0).max(least + APART);
        places[which] = least;
    }
    places
}

fn told(of: &str, unit: &str, curves: &[Curve]) -> String {
    let each = curves.iter().map(|Curve { name, points, .. }| {
        let points = points.iter().map(|point| format!("{} for {}", figure(point.1), point.0));
        format!("{name}: {}.", points.collect::<Vec<_>>().join(", "))
    });
    format!("In {unit}, by the number of {of}. {}", each.collect::<Vec<_>>().join(" "))
}
