//! Ids as the service gives them. Task and session ids are opaque text; database ids are numbers.

use std::fmt;
use std::sync::Arc;

use crate::text::Safe;

macro_rules! opaque_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            pub fn new(id: impl Into<Arc<str>>) -> Self {
                Self(id.into())
            }

            /// The id as it came, for requests (encoded there), keys and storage. Not for the screen.
            pub fn raw(&self) -> &str {
                &self.0
            }

            pub fn show(&self) -> Safe {
                Safe::new(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.show())
            }
        }
    };
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

opaque_id!(
    /// An agent task. Opaque: not always a UUID.
    TaskId
);
opaque_id!(
    /// A session of a task; the Copilot API uses the same id.
    SessionId
);
opaque_id!(
    /// An agent automation: what starts tasks by itself.
    AutomationId
);
opaque_id!(
    /// A GraphQL node id.
    NodeId
);
number_id!(
    /// An Actions workflow run.
    RunId
);
number_id!(
    /// An Actions job.
    JobId
);
number_id!(
    /// A pull request's *database* id. Never its number.
    PullId
);
number_id!(
    /// A user's durable id.
    UserId
);
