//! Arguments and the headless verbs.
