//! One check, as plain data.
//!
//! A check says what it looks at and which rule it enforces, in words for a person, beside the
//! function that does it. How many points it earns and in which step is not its business: whoever
//! lists the checks puts them into groups and says that about the group.

use crate::failure::Failure;
use crate::target::Target;

/// What a check comes to: it held, or the story of why it did not.
pub type Verdict = Result<(), Failure>;

/// One thing that must be true of a server.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// The name to run it by: lower case, hyphens, unique in its stage, never changed.
    pub id: &'static str,
    /// A sentence about behaviour, true of a right server.
    pub title: &'static str,
    /// The clause it comes from: `RFC 9112 s3`, `POSIX accept(2)`, `the contract of every server`.
    pub rule: &'static str,
    /// A likely cause and what to try.
    pub hint: &'static str,
    /// Starts the target afresh, looks, and judges.
    pub run: fn(&Target) -> Verdict,
}

/// Checks that belong together.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// In the order in which they are listed.
    pub checks: &'static [Check],
    /// Each runs when no other check does, because it needs the whole machine.
    pub alone: bool,
}

impl Group {
    /// Checks that may run at the same time as any others.
    #[must_use]
    pub const fn together(checks: &'static [Check]) -> Group {
        Group { checks, alone: false }
    }

    /// Checks that run after the others, one at a time.
    #[must_use]
    pub const fn alone(checks: &'static [Check]) -> Group {
        Group { checks, alone: true }
    }
}

/// How many checks are in these lists: the length of [`joined`].
pub(crate) const fn count(lists: &[&[Check]]) -> usize {
    let (mut list, mut count) = (0, 0);
    while list < lists.len() {
        count += lists[list].len();
        list += 1;
    }
    count
}

/// The lists as one. `while`, because constants can't be made with iterators.
pub(crate) const fn joined<const COUNT: usize>(lists: &[&[Check]]) -> [Check; COUNT] {
    let mut all = [lists[0][0]; COUNT];
    let (mut list, mut at) = (0, 0);
    while list < lists.len() {
        let mut index = 0;
        while index < lists[list].len() {
            all[at] = lists[list][index];
            (index, at) = (index + 1, at + 1);
        }
        list += 1;
    }
    all
}
