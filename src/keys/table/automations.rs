//! The keys of the automations: their list, the page of one, the calendar.

use super::{Binding, Context, Intent, Key, bind, c, k};

const COMING: &str = "the coming runs of all automations";

pub const LIST: &[Binding] = &[
    bind(Context::Automations, k(Key::Enter), Intent::Enter, "its page: all that is known of it, and its runs", "page"),
    bind(Context::Automations, c('C'), Intent::Calendar, COMING, "calendar"),
    bind(Context::Automations, c('/'), Intent::Filter, "filter while you type", "filter"),
    bind(Context::Automations, c('v'), Intent::NextView, "next view", "view"),
    bind(Context::Automations, c('V'), Intent::PreviousView, "previous view", ""),
    bind(Context::Automations, c('s'), Intent::SortNext, "sort by name, next run, cost, success", "sort"),
    bind(Context::Automations, c('S'), Intent::SortReverse, "sort the other way round", ""),
    bind(Context::Automations, c('b'), Intent::GroupNext, "put those of a repository together, or not", ""),
    bind(Context::Automations, c('}'), Intent::NextGroup, "next repository", ""),
    bind(Context::Automations, c('{'), Intent::PreviousGroup, "previous repository", ""),
    bind(Context::Automations, c('d'), Intent::Detail, "its page: all that is known of it, and its runs", ""),
    bind(Context::Automations, c('o'), Intent::Open, "open in the browser", "open"),
    bind(Context::Automations, c('y'), Intent::Copy, "copy the address", "copy"),
    bind(Context::Automations, c('T'), Intent::Back, "clear the filter, then close the list", ""),
    bind(Context::Automations, c('q'), Intent::Back, "clear the filter, then close the list", ""),
    bind(Context::Automations, k(Key::Esc), Intent::Back, "clear the filter, then close the list", "close"),
];

pub const PAGE: &[Binding] = &[
    bind(Context::Automation, k(Key::Enter), Intent::Enter, "the log of the run, or the automation of the line", "log"),
    bind(Context::Automation, c('d'), Intent::Detail, "everything about the run's task", "detail"),
    bind(Context::Automation, c(']'), Intent::NextEntry, "next run", "next run"),
    bind(Context::Automation, c('['), Intent::PreviousEntry, "previous run", ""),
    bind(Context::Automation, c('C'), Intent::Calendar, COMING, "calendar"),
    bind(Context::Automation, c('o'), Intent::Open, "open it, or the run under the cursor, in the browser", "open"),
    bind(Context::Automation, c('y'), Intent::Copy, "copy the address of it, or of the run", "copy"),
    bind(Context::Automation, c(' '), Intent::PageDown, "page down", ""),
    bind(Context::Automation, c('T'), Intent::Back, "back to the list", ""),
    bind(Context::Automation, c('q'), Intent::Back, "back to the list", ""),
    bind(Context::Automation, k(Key::Esc), Intent::Back, "back to the list", "back"),
];

pub const CALENDAR: &[Binding] = &[
    bind(Context::Calendar, k(Key::Enter), Intent::Enter, "the automation that will run", "page"),
    bind(Context::Calendar, c('w'), Intent::NextView, "the next day, or the next week", "day or week"),
    bind(Context::Calendar, c('v'), Intent::NextView, "the next day, or the next week", ""),
    bind(Context::Calendar, c(']'), Intent::NextGroup, "next day", "next day"),
    bind(Context::Calendar, c('['), Intent::PreviousGroup, "previous day", ""),
    bind(Context::Calendar, c(' '), Intent::PageDown, "page down", ""),
    bind(Context::Calendar, c('C'), Intent::Back, "back to the list", ""),
    bind(Context::Calendar, c('T'), Intent::Back, "back to the list", ""),
    bind(Context::Calendar, c('q'), Intent::Back, "back to the list", ""),
    bind(Context::Calendar, k(Key::Esc), Intent::Back, "back to the list", "back"),
];
