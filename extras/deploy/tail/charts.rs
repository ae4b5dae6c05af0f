//! What draws the charts of the benchmark, and now this one.

#[path = "../../../bench/src/charts/lines.rs"]
pub mod lines;
#[path = "../../../bench/src/charts/picture.rs"]
pub mod picture;
