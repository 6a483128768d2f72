//! People as they stand in the answers about other things.

use serde::Deserialize;

use super::lenient::{NumberId, opt_as};
use crate::domain::UserId;
use crate::text::Untrusted;

/// Somebody's name at the service, and the id behind it where it was given.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Login {
    #[serde(default, deserialize_with = "opt_as::<_, NumberId, _>")]
    pub id: Option<UserId>,
    pub login: Untrusted,
}

/// A team, by the name that stands in its address.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Team {
    pub slug: Untrusted,
}
