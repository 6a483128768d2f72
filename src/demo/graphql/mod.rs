//! A small GraphQL server: a real parser, checks against a schema, and an executor. It answers whatever is asked of the
//! schema in `assets/demo/schema.graphql`, not a list of known queries.
//!
//! ```text
//! text ──lex──> tokens ──parse──> document ──check(schema)──> errors, or ──run(world)──> data
//! ```

mod ast;
mod check;
mod graph;
mod lex;
mod parse;
mod run;
mod schema;
mod serve;

pub use serve::answer;
