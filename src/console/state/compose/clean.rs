//! See [`crate::text::typed`].

pub use crate::text::typed::{clean, clean_line};
