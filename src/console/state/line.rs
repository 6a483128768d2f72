//! One line being typed at the bottom: a command after `:`, a filter after `/`.

#[derive(Clone, Debug, Default)]
pub struct Line {
    pub kind: LineKind,
    pub text: String,
    /// Byte offset, on a grapheme border.
    pub cursor: usize,
    /// Where the command is wrong.
    pub fault: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineKind {
    #[default]
    Command,
    QueueFilter,
    LogSearch,
}
