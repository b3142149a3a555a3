//! JSON whose keys stay in the order they were given in.
//!
//! Real transcripts have a fixed key order (`parentUuid` first, `timestamp` last), and a reader that scans
//! before it parses may meet it; a map that sorts its keys would write files no agent ever wrote.

use std::fmt;

/// A JSON value.
#[derive(Clone, Debug)]
pub(crate) enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// Whole numbers only; transcripts as generated here need no others.
    Number(i64),
    /// Text.
    Text(String),
    /// `[…]`
    List(Vec<Json>),
    /// `{…}`, in this order.
    Object(Vec<(String, Json)>),
    /// Something already written as JSON.
    Raw(String),
}

impl From<&str> for Json {
    fn from(text: &str) -> Json {
        Json::Text(text.to_owned())
    }
}
impl From<String> for Json {
    fn from(text: String) -> Json {
        Json::Text(text)
    }
}
impl From<&String> for Json {
    fn from(text: &String) -> Json {
        Json::Text(text.clone())
    }
}
impl From<bool> for Json {
    fn from(value: bool) -> Json {
        Json::Bool(value)
    }
}
impl From<i64> for Json {
    fn from(value: i64) -> Json {
        Json::Number(value)
    }
}
impl From<usize> for Json {
    fn from(value: usize) -> Json {
        Json::Number(value as i64)
    }
}
impl From<Vec<Json>> for Json {
    fn from(list: Vec<Json>) -> Json {
        Json::List(list)
    }
}
impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Json {
        value.map_or(Json::Null, Into::into)
    }
}

/// An object with its keys in the written order: `object!{"type" => "user", "n" => 1_i64}`.
#[macro_export]
macro_rules! object {
    ($($key:expr => $value:expr),* $(,)?) => {
        $crate::json::Json::Object(vec![$(($key.to_string(), $crate::json::Json::from($value))),*])
    };
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(value) => write!(f, "{value}"),
            Json::Number(value) => write!(f, "{value}"),
            Json::Text(text) => f.write_str(&quoted(text)),
            Json::Raw(raw) => f.write_str(raw),
            Json::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { "," })?;
                }
                f.write_str("]")
            }
            Json::Object(fields) => {
                f.write_str("{")?;
                for (index, (key, value)) in fields.iter().enumerate() {
                    write!(f, "{}{}:{value}", if index == 0 { "" } else { "," }, quoted(key))?;
                }
                f.write_str("}")
            }
        }
    }
}
