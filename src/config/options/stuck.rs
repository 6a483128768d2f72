//! The section `stuck`: how long is too long. [`repo_options`](crate::config::repo_options) has the same for some repositories.

use super::table::Opt;

/// A minute to a week.
pub(in crate::config) const MINUTES: std::ops::RangeInclusive<u32> = 1..=10_080;

pub(super) const QUEUED_MINUTES: Opt = Opt {
    key: "stuck.queued_minutes",
    values: "1 to 10080",
    example: None,
    doc: "A task that has been queued longer than this is called stuck.",
    set: |config, given| {
        config.stuck.queued_minutes = given.whole(MINUTES)?;
        Ok(())
    },
    show: |config| Some(config.stuck.queued_minutes.to_string()),
};

pub(super) const SILENT_MINUTES: Opt = Opt {
    key: "stuck.silent_minutes",
    values: "1 to 10080",
    example: None,
    doc: "A running task that has shown no sign of work for longer than this is called stuck.",
    set: |config, given| {
        config.stuck.silent_minutes = given.whole(MINUTES)?;
        Ok(())
    },
    show: |config| Some(config.stuck.silent_minutes.to_string()),
};

pub(super) const WAITING_MINUTES: Opt = Opt {
    key: "stuck.waiting_minutes",
    values: "1 to 10080",
    example: None,
    doc: "A task that has waited for an answer longer than this is called stuck.",
    set: |config, given| {
        config.stuck.waiting_minutes = given.whole(MINUTES)?;
        Ok(())
    },
    show: |config| Some(config.stuck.waiting_minutes.to_string()),
};

pub(super) const SESSION_LIMIT_MINUTES: Opt = Opt {
    key: "stuck.session_limit_minutes",
    values: "1 to 10080",
    example: None,
    doc: "The service ends a session after about an hour; one that is still running after this is called stuck. A \
          job log that names the session's own limit counts instead.",
    set: |config, given| {
        config.stuck.session_limit_minutes = given.whole(MINUTES)?;
        Ok(())
    },
    show: |config| Some(config.stuck.session_limit_minutes.to_string()),
};
