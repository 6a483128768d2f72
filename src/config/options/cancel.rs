//! The section `cancel`.

use super::table::Opt;

pub(super) const BATCH_MAX: Opt = Opt {
    key: "cancel.batch_max",
    values: "1 to 20",
    example: None,
    doc: "The most sessions one answer cancels together.",
    set: |config, given| {
        config.cancel.batch_max = given.whole(1..=20)?;
        Ok(())
    },
    show: |config| Some(config.cancel.batch_max.to_string()),
};

pub(super) const FORCE_AFTER_SECONDS: Opt = Opt {
    key: "cancel.force_after_seconds",
    values: "30 to 3600",
    example: None,
    doc: "A run that is still in progress so long after its cancel was accepted may be forced, after another question.",
    set: |config, given| {
        config.cancel.force_after_seconds = given.whole(30..=3600)?;
        Ok(())
    },
    show: |config| Some(config.cancel.force_after_seconds.to_string()),
};

pub(super) const WAIT_MINUTES: Opt = Opt {
    key: "cancel.wait_minutes",
    values: "0 to 1440",
    example: None,
    doc: "A session whose run cannot be found yet is cancelled as soon as it can, if that is within so many minutes. \
          Until then nothing is sent and it can be taken back. 0: not waited for.",
    set: |config, given| {
        config.cancel.wait_minutes = given.whole(0..=1440)?;
        Ok(())
    },
    show: |config| Some(config.cancel.wait_minutes.to_string()),
};
