//! What a key can mean. The same words stand in the help, the config and the tests.

/// Where a key is pressed. A key is looked up in the innermost context first, then in `Global`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Context {
    Global,
    Queue,
    /// The full detail of the selected task.
    Detail,
    Log,
    /// The last lines of all that runs.
    Wall,
    /// What `:grep` found.
    Found,
    Reviews,
    /// The template list of the compose pane.
    Templates,
    /// The form of the compose pane; keys not bound here go to the field or the text area.
    Form,
    Dialog,
    Help,
    /// The `:` or `/` line; keys not bound here are typed.
    Line,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Intent {
    // Everywhere
    Quit,
    Suspend,
    Redraw,
    Refresh,
    Help,
    Command,
    Back,
    NextPane,
    PreviousPane,
    Queue,
    Log,
    Reviews,
    Compose,
    Zoom,
    Layout,
    Grow,
    Shrink,
    Mouse,
    // Lists and text
    Down,
    Up,
    PageDown,
    PageUp,
    Top,
    Bottom,
    Filter,
    NextView,
    PreviousView,
    /// The saved view with this number, from 1.
    View(u8),
    SortNext,
    SortReverse,
    GroupNext,
    /// To the first row of the next group.
    NextGroup,
    PreviousGroup,
    Mark,
    MarkRange,
    MarkAll,
    UnmarkAll,
    Enter,
    // Task
    Detail,
    Cancel,
    Open,
    Copy,
    CopyBranch,
    FollowUp,
    Retry,
    // Log
    Fold,
    FoldAll,
    Follow,
    Wrap,
    NextEntry,
    PreviousEntry,
    NextError,
    PreviousError,
    NextHit,
    PreviousHit,
    Session,
    /// To the evidence of the next finding.
    Diagnosis,
    Split,
    // Form
    NextField,
    PreviousField,
    NextChoice,
    PreviousChoice,
    Preset,
    /// Back to the prompt the fields make.
    Reset,
    Editor,
    Preview,
    Start,
    // Dialog and line
    Yes,
    No,
    Accept,
    /// The completion at the cursor.
    Take,
    SaveView,
}
