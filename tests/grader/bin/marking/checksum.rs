//! FNV-1a with 128 bits: tells whether something has changed since it was marked.
//!
//! It is no cryptography. Whoever makes another file with the same sum keeps an old mark.

/// A sum of pieces; a piece's length counts too, so that their borders are part of it.
#[derive(Clone, Debug)]
pub struct Checksum(u128);

const START: u128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013B;

impl Checksum {
    pub fn new() -> Checksum {
        Checksum(START)
    }

    /// With one more piece.
    pub fn add(mut self, piece: impl AsRef<[u8]>) -> Checksum {
        let piece = piece.as_ref();
        let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        for byte in length.to_be_bytes().iter().chain(piece) {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(PRIME);
        }
        self
    }

    pub fn as_text(&self) -> String {
        format!("{:032x}", self.0)
    }
}

#[test]
fn pieces_keep_their_borders() {
    let sum = |pieces: &[&str]| pieces.iter().fold(Checksum::new(), Checksum::add).as_text();
    assert_ne!(sum(&["ab", "c"]), sum(&["a", "bc"]));
    assert_eq!(sum(&["ab", "c"]), sum(&["ab", "c"]));
}
