//! The one HTTP client: what may be sent, when, how often, and what an answer must look like to count as one.
//!
//! ```text
//! Request ─> rights? ─> one of four places ─> limit? host mute? ─> request ─┬─> redirect, by hand ─┐
//!               │                                  │      │                   │<─────────────────────┘
//!            Refused                     RateLimited   HeldBack              v
//!                                                       status ─> content type ─> capped body ─> Answer
//!                                                          │
//!            passing fault of a GET: full-jitter wait, again  <─┴─>  anything else: Fault
//! ```
//!
//! Not here: what the requests are (`endpoints`) and what the bodies mean (`wire`).

mod answer;
mod breaker;
mod connect;
mod failure;
mod gate;
mod limits;
mod look;
mod network;
mod options;
mod request;
mod rights;
mod send;
mod sketch;
mod tap;
pub(super) mod version;
mod web;

pub(super) use answer::Answer;
pub(super) use failure::{message_of, unknown_outcome};
pub use network::{Network, Roots};
pub use options::Limits;
pub(super) use request::{Body, Need, Op, Request, Shape, Zone};
pub(super) use send::{DIFF_BYTES, Http, Parts};
pub(super) use web::Web;
