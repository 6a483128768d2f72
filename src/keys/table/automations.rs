//! The keys of the automations: their list, the page of one, the calendar.

use super::{Binding, Chord, Context, Intent, Key, bind, c, k};

const COMING: &str = "the coming runs of all automations";
const SWITCH: &str = "switch it on or off (asks)";
const RUN: &str = "run it now (asks)";
const EDIT: &str = "change it";
const NEW: &str = "a new automation, from a template or without";
const DELETE: &str = "delete it (asks for its name)";

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
    bind(Context::Automations, c('R'), Intent::RunNow, RUN, "run"),
    bind(Context::Automations, c('e'), Intent::Edit, EDIT, "edit"),
    bind(Context::Automations, c('x'), Intent::Switch, SWITCH, "on/off"),
    bind(Context::Automations, c('n'), Intent::New, NEW, "new"),
    bind(Context::Automations, c('D'), Intent::Delete, DELETE, "delete"),
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
    bind(Context::Automation, c('R'), Intent::RunNow, RUN, "run"),
    bind(Context::Automation, c('e'), Intent::Edit, EDIT, "edit"),
    bind(Context::Automation, c('x'), Intent::Switch, SWITCH, "on/off"),
    bind(Context::Automation, c('n'), Intent::New, NEW, "new"),
    bind(Context::Automation, c('D'), Intent::Delete, DELETE, "delete"),
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

pub const FORM: &[Binding] = &[
    bind(Context::AutomationForm, k(Key::Tab), Intent::NextField, "next field", "next field"),
    bind(Context::AutomationForm, k(Key::BackTab), Intent::PreviousField, "previous field", ""),
    bind(Context::AutomationForm, Chord::ctrl('s'), Intent::Start, "send what was changed (asks)", "send"),
    bind(Context::AutomationForm, Chord::ctrl('e'), Intent::Editor, "edit the prompt in $EDITOR", "editor"),
    bind(
        Context::AutomationForm,
        Chord::ctrl('n'),
        Intent::NextChoice,
        "next choice or suggestion for the field",
        "choice",
    ),
    bind(Context::AutomationForm, Chord::ctrl('b'), Intent::PreviousChoice, "previous choice or suggestion", ""),
    bind(Context::AutomationForm, Chord::ctrl('r'), Intent::Preview, "the exact request", "request"),
    bind(
        Context::AutomationForm,
        Chord::ctrl('t'),
        Intent::Reset,
        "the prompt as it was, or as its template makes it",
        "",
    ),
    bind(Context::AutomationForm, k(Key::Esc), Intent::Back, "go back; the draft is kept", "back"),
];
