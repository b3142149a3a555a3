//! Addresses that requests and keys may go to: encrypted, or on this machine.

use crate::unusable::Unusable;
use reqwest::Url;

/// What an address is for, in the words of an error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// Whose it is: `the model's service`.
    pub(crate) whose: &'static str,
    /// One as it should be written.
    pub(crate) example: &'static str,
    /// What is sent there: `excerpts and the key`.
    pub(crate) sends: &'static str,
    /// The variable that the key is to be given in.
    pub(crate) key_variable: &'static str,
}

/// The address that somebody wrote, without a fragment and without a `/` at its end.
///
/// Errors: it is no URL, holds a password, or would be sent to unencrypted over a network.
pub(crate) fn parse(written: &str, wanted: &Wanted) -> Result<Url, Unusable> {
    let Wanted { whose, example, sends, key_variable } = wanted;
    // What was written may hold a password, so it is not repeated.
    let mut url = Url::parse(written.trim())
        .map_err(|error| Unusable(format!("the address of {whose} is no URL ({error}): write {example}")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Unusable(format!(
            "the address of {whose} holds a name or password: leave it out and give the key in {key_variable}"
        )));
    }
    let host = url.host_str().unwrap_or_default().to_owned();
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => {
            return Err(Unusable(format!(
                "http://{host} would send {sends} unencrypted: use https, or a tunnel to localhost"
            )));
        }
        other => return Err(Unusable(format!("{other}://{host} cannot be asked: use https"))),
    }
    url.set_fragment(None);
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// Whether an address is on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
