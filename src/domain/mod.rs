//! The world: tasks, sessions, runs, pulls, usage, faults, ages. Values and rules, no I/O, no clock.
//!
//! Nothing here knows HTTP, JSON or a terminal. A `domain` value is already converted and typed; what strangers
//! wrote in it is [`Untrusted`](crate::text::Untrusted).

pub mod age;
pub mod agents;
pub mod assign;
pub mod automation;
pub mod beyond;
pub mod blocked;
pub mod cancel;
pub mod capability;
pub mod codeowners;
pub mod condition;
pub mod diagnosed;
pub mod disagreement;
pub mod fault;
pub mod follow_up;
pub mod freshness;
pub mod ids;
pub mod instant;
pub mod issue;
pub mod letters;
pub mod limited;
pub mod listing;
pub mod log;
pub mod look;
pub mod person;
pub mod plan;
pub mod policy;
pub mod pull;
pub mod pull_look;
pub mod pull_order;
pub mod query;
pub mod repo;
pub mod repo_pattern;
pub mod run;
pub mod session;
pub mod start;
pub mod state;
pub mod stuck;
pub mod task;
pub mod timeline;
pub mod transition;
pub mod usage;
pub mod zone;

pub use assign::{AssignOrder, Assignment};
pub use automation::{Automation, AutomationOrder, AutomationRef};
pub use beyond::{Beyond, CreatorType, Rare, SessionBeyond, SessionRare};
pub use cancel::{CancelPhase, CancelProgress, CancelTarget};
pub use condition::Condition;
pub use diagnosed::{Diagnosed, Severity};
pub use disagreement::Disagreement;
pub use fault::{Fault, FaultKind, cause_first};
pub use freshness::{Freshness, OwnTasks, Source};
pub use ids::{AutomationId, JobId, NodeId, PullId, RunId, SessionId, TaskId, UserId};
pub use issue::{Assignee, Branches, Issue, IssueRef, Issues};
pub use listing::{Column, Group, Listing, Order, OrderOf, SavedView, ViewOf};
pub use log::{LogSource, SourceChoice};
pub use person::{Person, Viewer};
pub use pull::{Check, Checks, Mergeable, Pull, PullRef, PullState, ReviewDecision, Sight, Standing};
pub use pull_look::{PullDiff, PullLook};
pub use pull_order::{PullAct, PullOrder, PullTarget};
pub use query::Query;
pub use repo::RepoName;
pub use repo_pattern::RepoPattern;
pub use run::{Conclusion, Job, Run, RunStatus, Step};
pub use session::Session;
pub use start::StartRequest;
pub use state::State;
pub use task::{Artifact, Task, TaskRef};
pub use timeline::{Happened, Reference, Timeline, TimelineEvent};
pub use usage::{Cost, Usage};
pub use zone::Zone;

/// Instants are UTC everywhere; only the screen knows a time zone.
pub type Instant = chrono::DateTime<chrono::Utc>;

/// The clock, handed in: the wall clock in the program, virtual time in tests.
pub type Now = std::sync::Arc<dyn Fn() -> Instant + Send + Sync>;
