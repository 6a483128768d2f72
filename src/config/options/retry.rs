//! The section `retry`.

use super::table::Opt;

pub(super) const LIMITED: Opt = Opt {
    key: "retry.limited_minutes",
    values: "0 to 1440",
    example: None,
    doc: "Work that failed at a rate limit which named no time is not started again before so many minutes after its end. \
          A time that was named counts instead. 0: not held, but the question before it says so.",
    set: |config, given| {
        config.retry.limited_minutes = given.whole(0..=1440)?;
        Ok(())
    },
    show: |config| Some(config.retry.limited_minutes.to_string()),
};
