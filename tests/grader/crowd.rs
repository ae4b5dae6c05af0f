//! Many clients at the same time, and slow ones: what our own servers do for the others meanwhile, and
//! what they have left afterwards. Learners' servers are not judged by this.
//!
//! | file | what it looks at |
//! | --- | --- |
//! | `burst` | more clients at once than the backlog holds |
//! | `coming` | the clients that keep coming |
//! | `slow` | clients that send, or take, a few bytes now and then; `slowhttptest` plays them |

mod burst;
mod coming;
mod slow;

pub use burst::BURST;
pub use coming::Crowd;
pub use slow::checks as slow;
