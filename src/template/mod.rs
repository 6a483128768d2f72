//! Prompt templates: file format, typed variables, lint, render.
//!
//! A template is one file: TOML front matter between `+++` lines and a prompt body in minijinja.

pub mod lint;
pub mod parse;
pub mod render;

pub use parse::{Template, TemplateFault, Variable, VariableKind};
