//! The automations pane: opened, moved in, left.
