//! What all charts have: a frame, a title, and words for those who hear them.

use std::fmt::Write;

/// A picture is so wide, in its own units.
pub const WIDTH: f64 = 480.0;

/// What a chart says of itself.
pub struct Labels {
    /// The name of its file, without `.svg`.
    pub name: &'static str,
    pub title: String,
    /// What its figures are.
    pub unit: String,
}

/// A chart around what is drawn in it; `told` is the same in words.
pub fn picture(labels: &Labels, height: f64, told: &str, drawn: &str) -> String {
    let Labels { name, title, .. } = labels;
    let mut svg = String::new();
    let _ = writeln!(
        svg,
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"{name}-title {name}-desc\" \
         xmlns=\"http://www.w3.org/2000/svg\">"
    );
    let _ = writeln!(svg, "<title id=\"{name}-title\">{title}</title>");
    let _ = writeln!(svg, "<desc id=\"{name}-desc\">{told}</desc>");
    svg + drawn + "</svg>\n"
}

/// A figure as people read it: three digits that count.
pub fn figure(value: f64) -> String {
    match value {
        _ if value >= 1_000_000.0 => format!("{:.2} M", value / 1e6),
        _ if value >= 10_000.0 => format!("{:.0} k", value / 1e3),
        _ if value >= 1_000.0 => format!("{:.1} k", value / 1e3),
        _ if value >= 100.0 => format!("{value:.0}"),
        _ if value >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
