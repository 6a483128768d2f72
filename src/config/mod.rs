//! The options: schema, load, paths.
