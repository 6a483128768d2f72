//! `/rate_limit`, `/meta`, `/versions`.

use serde_json::{Value, json};

use super::super::budget::Left;
use super::super::http::Reply;

pub fn rate_limit(core: Left, graphql: Left) -> Reply {
    let one = |left: Left| json!({ "limit": left.limit, "used": left.used, "remaining": left.remaining(), "reset": left.reset });
    let other = |limit: i64| one(Left { limit, used: 0, reset: core.reset });
    Reply::ok(&json!({
        "resources": {
            "core": one(core),
            "graphql": one(graphql),
            "search": other(30),
            "code_search": other(10),
        },
        "rate": one(core),
    }))
}

pub fn meta() -> Reply {
    Reply::ok(&json!({ "verifiable_password_authentication": false, "api": ["127.0.0.0/8"] }))
}

pub fn versions() -> Reply {
    Reply::ok(&Value::from(vec!["2022-11-28", "2026-03-10"]))
}
