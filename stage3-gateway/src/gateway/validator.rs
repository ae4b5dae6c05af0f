//! x
use crate::gateway::application::Application;
/// x
pub fn validator(application: impl Application) -> impl Application {
    application
}
