//! x
use crate::gateway::application::Application;
/// x
pub fn shout(application: impl Application) -> impl Application {
    application
}
