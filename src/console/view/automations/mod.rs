//! The automations over the panes.

pub mod form;
