//! The front matter as it stands in the file, before it is checked. Spans are kept so that a fault names its line.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use toml::Spanned;

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Front {
    pub id: Option<Spanned<String>>,
    pub title: Spanned<String>,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub variables: Vec<VariableFront>,
    #[serde(default)]
    pub presets: BTreeMap<String, BTreeMap<Spanned<String>, Scalar>>,
    pub model: Option<String>,
    pub custom_agent: Option<String>,
    pub base_ref: Option<Spanned<String>>,
    pub create_pull_request: Option<bool>,
    #[serde(default)]
    pub labels: Vec<Spanned<String>>,
    #[serde(default)]
    pub repos: Vec<Spanned<String>>,
    pub ticket: Option<Spanned<String>>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VariableFront {
    pub name: Spanned<String>,
    #[serde(default)]
    pub kind: KindFront,
    #[serde(default)]
    pub help: String,
    pub default: Option<Scalar>,
    #[serde(default)]
    pub required: bool,
    pub pattern: Option<Spanned<String>>,
    pub choices: Option<Spanned<Vec<String>>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum KindFront {
    #[default]
    String,
    Text,
    Integer,
    Bool,
    Choice,
    Repo,
    Branch,
    Issue,
    File,
}

/// A value as TOML writes it: `default = 3` and `default = "3"` mean the same, since a form holds text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scalar(pub String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarVisitor;

        impl Visitor<'_> for ScalarVisitor {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a whole number, true or false")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar(text.to_owned()))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Scalar, E> {
                Ok(Scalar(number.to_string()))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Scalar, E> {
                Ok(Scalar(number.to_string()))
            }

            fn visit_bool<E: de::Error>(self, yes: bool) -> Result<Scalar, E> {
                Ok(Scalar(yes.to_string()))
            }
        }

        deserializer.deserialize_any(ScalarVisitor)
    }
}
