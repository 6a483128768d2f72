//! Prompt templates: file format, typed variables, lint, render.
//!
//! A template is one file: TOML front matter between `+++` lines and a prompt body in minijinja.
//!
//! ```text
//! file ──parse──> Template ──render(values)──> prompt
//!   └─ TemplateFault (file, line, reason)  └─ FieldFault (which variable, why)
//! Template, prompt ──lint──> Finding (severity, code, message, where): never stops anything by itself
//! ```
//!
//! Nothing here reads a file: text comes in, text goes out.

pub mod lint;
pub mod parse;
pub mod render;
pub mod shipped;
pub mod stamp;
pub mod starter;
pub mod value;

mod front;
#[cfg(test)]
mod tests;

pub use lint::{Finding, Severity, Where};
pub use parse::{Template, TemplateFault, Variable, VariableKind};
pub use render::{FieldFault, Rendered, Values, render};
pub use shipped::shipped;
pub use stamp::Stamp;
