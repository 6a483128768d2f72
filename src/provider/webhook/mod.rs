//! Where messages about tasks are posted to: a signed POST to an address the operator chose, one attempt a call.
//!
//! No part of any task service: no token, no header of a service is ever sent there. When to try again is for the caller.

pub mod hmac;
mod port;
mod post;

pub use port::{Delivery, Refused, Secret, Webhook};
pub use post::Poster;
