//! The starters as they are handed out: whoever writes into one by mistake is told.
//!
//! Known by a checksum of the file, so that it works without git. The test below says what to write
//! here after a starter was changed on purpose.

use std::fs;
use std::path::Path;

use crate::stage::Stage;

/// The checksum of each stage's starter.
const HANDED_OUT: [(&str, u64); 5] = [
    ("stage1-echo", 0xd41de095d8762a8d),
    ("stage2-single-request", 0xd434646d0a5408e6),
    ("stage3-gateway", 0xb3fc2d1633288072),
    ("stage4-fork", 0xb08b43d5abbec311),
    ("stage5-async", 0xe79e0a2739f57745),
];

/// Whether the stage's starter is there, and is not the one that was handed out.
pub(crate) fn is_edited(stage: &Stage) -> bool {
    let handed_out = HANDED_OUT.iter().find(|(package, _)| *package == stage.package);
    let now = fs::read(Path::new(stage.folder).join("starter.rs"));
    match (handed_out, now) {
        (Some((_, sum)), Ok(now)) => checksum(&now) != *sum,
        _ => false,
    }
}

/// FNV-1a: short, and any change changes it. Whoever wants to fool it fools nobody else.
fn checksum(bytes: &[u8]) -> u64 {
    let step = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
    bytes.iter().filter(|byte| **byte != b'\r').fold(0xCBF2_9CE4_8422_2325, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_starters_are_as_they_are_handed_out() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in a folder");
        let wrong = HANDED_OUT.iter().filter_map(|(package, sum)| {
            let now = checksum(&fs::read(root.join(package).join("starter.rs")).ok()?);
            let line = format!("(\"{package}\", {now:#018x}),");
            (now != *sum).then_some(line)
        });
        let wrong: Vec<String> = wrong.collect();
        assert!(
            wrong.is_empty(),
            "a starter was changed: your own server goes into src/bin/stageN-mine.rs, and git \
             checkout brings the starter back. If it was changed on purpose, write into {}:\n{}",
            file!(),
            wrong.join("\n")
        );
    }

    #[test]
    fn line_ends_of_another_system_are_no_change() {
        assert_eq!(checksum(b"a\r\nb\r\n"), checksum(b"a\nb\n"));
        assert_ne!(checksum(b"a\nb\n"), checksum(b"a\nc\n"));
    }
}
