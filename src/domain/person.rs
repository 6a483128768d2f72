//! People and bots.

use super::ids::UserId;
use crate::text::Untrusted;

/// Somebody the service named by id; the login is known once it has been looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: UserId,
    pub login: Option<Untrusted>,
}

/// Whose token this is. Source: GET `/user`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    pub id: UserId,
    pub login: Untrusted,
}
