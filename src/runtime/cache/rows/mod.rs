//! What is stored of tasks, sessions and pulls, as compact JSON of our own.
//!
//! The domain's types are not stored themselves: they change with the program, a file stays. Each type here is written with
//! borrowed text and read as text from outside. Fields have short names because there are many rows; a field that a newer
//! program added is skipped, one that is missing is nothing. A row that cannot be read is left out by the caller.

pub mod diagnosis;
pub mod pull;
mod standing;
pub mod task;
mod when;

pub use when::At;

#[cfg(test)]
mod tests;
