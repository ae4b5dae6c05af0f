//! Servers whose verdict is known beforehand, as plain data: with them the grader itself is graded.
//!
//! A check that never fails is worth nothing, and one that fails for the wrong reason misleads. So
//! each scored check has a server that is wrong in just one way, and says what a learner should
//! read when theirs is wrong in this way. `prove` holds the checks against all of them.

/// The known servers of a stage.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// The starter as it is handed out: it earns nothing.
    pub starter: &'static str,
    /// The starter, filled in: it earns everything but the stretch exercises. With `BROKEN=name` in
    /// its environment it is wrong in one way.
    pub worked: &'static str,
    /// These ways.
    pub broken: &'static [Broken],
    /// The number of a stretch exercise's step, and a program that earns its points.
    pub stretch: &'static [(u8, &'static str)],
}

/// One way to be wrong.
#[derive(Clone, Copy, Debug)]
pub struct Broken {
    /// The value of `BROKEN`; empty for the worked server as it is, to which a stretch exercise is
    /// missing.
    pub name: &'static str,
    /// The check that it fails. Those of the steps before hold.
    pub fails: &'static str,
    /// A part of the hint that the learner gets.
    pub hint: &'static str,
}

impl Broken {
    /// A server with the fault `name`, what it fails, and a part of the hint.
    #[must_use]
    pub const fn new(name: &'static str, fails: &'static str, hint: &'static str) -> Broken {
        Broken { name, fails, hint }
    }
}
