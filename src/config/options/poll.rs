//! The section `poll`: how often is asked, and how much that may cost.

use super::table::Opt;

pub(super) const ACTIVE_SECONDS: Opt = Opt {
    key: "poll.active_seconds",
    values: "2 to 3600",
    example: None,
    doc: "How old, in seconds, news of a task that is running may be. Seconds between two looks at a repository in which \
          something is running, unless a cheaper request speaks for it.",
    set: |config, given| {
        config.poll.active_seconds = given.whole(2..=3600)?;
        Ok(())
    },
    show: |config| Some(config.poll.active_seconds.to_string()),
};

pub(super) const IDLE_SECONDS: Opt = Opt {
    key: "poll.idle_seconds",
    values: "2 to 86400",
    example: None,
    doc: "Seconds between two looks at a repository in which nothing is running, at first.",
    set: |config, given| {
        config.poll.idle_seconds = given.whole(2..=86_400)?;
        Ok(())
    },
    show: |config| Some(config.poll.idle_seconds.to_string()),
};

pub(super) const SLOWEST_SECONDS: Opt = Opt {
    key: "poll.slowest_seconds",
    values: "2 to 86400",
    example: None,
    doc: "A repository in which nothing happens is asked ever less often, until there are so many seconds between two \
          looks. Anything new there, a refresh or selecting one of its tasks brings `idle_seconds` back.",
    set: |config, given| {
        config.poll.slowest_seconds = given.whole(2..=86_400)?;
        Ok(())
    },
    show: |config| Some(config.poll.slowest_seconds.to_string()),
};

pub(super) const WHOLE_SWEEP_MINUTES: Opt = Opt {
    key: "poll.whole_sweep_minutes",
    values: "1 to 10080",
    example: None,
    doc: "Minutes between two readings of a whole list that is longer than a page. Only these find out that a task is \
          gone, and it takes two.",
    set: |config, given| {
        config.poll.whole_sweep_minutes = given.whole(1..=10_080)?;
        Ok(())
    },
    show: |config| Some(config.poll.whole_sweep_minutes.to_string()),
};

pub(super) const AWAY_FACTOR: Opt = Opt {
    key: "poll.away_factor",
    values: "1 to 60",
    example: None,
    doc: "So many times slower while the terminal has lost the focus, where the terminal tells.",
    set: |config, given| {
        config.poll.away_factor = given.whole(1..=60)?;
        Ok(())
    },
    show: |config| Some(config.poll.away_factor.to_string()),
};

pub(super) const BUDGET_SHARE: Opt = Opt {
    key: "poll.budget_share",
    values: "above 0, at most 1",
    example: None,
    doc: "The part of the token's hourly request limit that watching may use; near it the console slows down by \
          itself. The limit is shared with everything else that uses the same account.",
    set: |config, given| {
        config.poll.budget_share = given.share()?;
        Ok(())
    },
    show: |config| Some(format!("{:?}", config.poll.budget_share)),
};

pub(super) const UNCHANGED_WEIGHT: Opt = Opt {
    key: "poll.unchanged_weight",
    values: "above 0, at most 1",
    example: None,
    doc: "What an answer that proves that nothing changed (304) is taken to cost of a request. GitHub does not count it \
          against the limit; it is work all the same.",
    set: |config, given| {
        config.poll.unchanged_weight = given.share()?;
        Ok(())
    },
    show: |config| Some(format!("{:?}", config.poll.unchanged_weight)),
};
