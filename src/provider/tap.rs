//! A tap: hears every answer of a service as it came, for a recording. What it is given holds no token: not as a header,
//! for request headers are not passed on, nor in an answer that repeats it.

/// Which door of the service was knocked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Door {
    /// REST and GraphQL.
    Api,
    /// The session logs.
    Copilot,
    /// Where the service sent us: storage of logs, asked without the token.
    Storage,
}

/// One answer, a redirect included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    pub door: Door,
    /// Scheme, host and port; of the API with the path that all its addresses begin with.
    pub origin: String,
    pub method: &'static str,
    /// The path below the API's base, with its leading slash.
    pub path: String,
    /// As asked, without the `?`.
    pub query: Option<String>,
    /// A query document and its variables. `None`: the question is all in its address.
    pub asked: Option<(String, serde_json::Value)>,
    /// From the question to this answer, as a whole.
    pub waited: std::time::Duration,
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Must not block: it is called where answers are waited for.
pub trait Tap: Send + Sync {
    fn heard(&self, heard: Heard);
}
