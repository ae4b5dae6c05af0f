//! Hardening: how many connections may be open at once.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::CONNECTIONS;

/// One connection's right to be open. Dropping it makes room for another.
pub type Place = OwnedSemaphorePermit;

/// As many places as there may be connections.
#[derive(Debug)]
pub struct Places(Arc<Semaphore>);

impl Places {
    /// All of them free.
    #[expect(clippy::new_without_default, reason = "there is nothing default about the number")]
    pub fn new() -> Places {
        Places(Arc::new(Semaphore::new(CONNECTIONS)))
    }

    /// Waits for a free place.
    pub async fn take(&self) -> Place {
        let place = self.0.clone().acquire_owned().await;
        place.expect("nobody closes the semaphore")
    }

    /// A place, if one is free.
    pub fn try_take(&self) -> Option<Place> {
        self.0.clone().try_acquire_owned().ok()
    }

    /// How many are taken.
    pub fn taken(&self) -> usize {
        CONNECTIONS - self.0.available_permits()
    }

    /// Returns once no place is taken.
    pub async fn all_free(&self) {
        let all = u32::try_from(CONNECTIONS).expect("a number of connections is no larger");
        let _ = self.0.acquire_many(all).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_one_waits_when_all_places_are_taken() {
        let places = Places::new();
        let mut taken: Vec<Place> = (0..12_288).filter_map(|_| places.try_take()).collect();
        assert_eq!((taken.len(), places.taken()), (12_288, 12_288));
        assert!(places.try_take().is_none(), "one more than may be open");
        taken.pop();
        assert!(places.try_take().is_some(), "one has left");
    }
}
