//! Where a remote's address points: the host, the project, its page.
//!
//! Pure. Takes every form that git takes: URLs (https, http, ssh, git), `user@host:path`, ports, sub-groups, a `.git` at
//! the end, percent signs. A folder on this machine is no place. Names and passwords in an address are dropped, never
//! used and never repeated.

use super::Kind;
use reqwest::Url;

/// A project on some host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The host's page, without a `/` at its end: `https://github.com`, `http://127.0.0.1:3000`.
    pub web: String,
    /// The host, with the port of its page where that is not the usual one.
    pub host: String,
    /// The project's path, decoded: `owner/name`, `group/sub-group/name`.
    pub path: String,
}

impl Place {
    /// What an address points at; `None` for a folder, and for what names no project.
    pub fn parse(address: &str) -> Option<Place> {
        let address = address.trim();
        match address.contains("://") {
            true => Place::of_url(&Url::parse(address).ok()?),
            false => Place::of_ssh(address),
        }
    }

    fn of_url(url: &Url) -> Option<Place> {
        let host = url.host_str()?.to_lowercase();
        let (scheme, port) = match url.scheme() {
            scheme @ ("https" | "http") => (scheme, url.port()),
            "git+https" => ("https", url.port()),
            // The port is that of ssh; the page is at the usual one.
            "ssh" | "git" | "git+ssh" | "ssh+git" => ("https", None),
            _ => return None,
        };
        Place::new(scheme, &host, port, url.path())
    }

    /// `user@host:path`, as `ssh` takes it.
    fn of_ssh(address: &str) -> Option<Place> {
        let (before, path) = match address.find("]:") {
            Some(end) => (address.get(..=end)?, address.get(end + 2..)?),
            None => address.split_once(':')?,
        };
        let host = before.rsplit_once('@').map_or(before, |(_, host)| host).to_lowercase();
        // A colon after a slash belongs to a path, and one after a single letter to a drive.
        if before.contains('/') || before.contains('\\') || host.len() < 2 {
            return None;
        }
        Place::new("https", &host, None, path)
    }

    fn new(scheme: &str, host: &str, port: Option<u16>, path: &str) -> Option<Place> {
        let host = match host {
            "ssh.github.com" => "github.com",
            "altssh.gitlab.com" => "gitlab.com",
            other => other,
        };
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/');
        let parts: Vec<String> = path.split('/').map(decoded).collect::<Option<_>>()?;
        let is_part = |part: &String| {
            !matches!(part.as_str(), "" | "." | "..")
                && !part.starts_with('~')
                && !part.chars().any(|c| c.is_control() || c == '/')
        };
        if parts.len() < 2 || !parts.iter().all(is_part) {
            return None;
        }
        let host = match port {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Some(Place { web: format!("{scheme}://{host}"), host, path: parts.join("/") })
    }

    /// The forge that everybody knows to be there.
    pub fn known(&self) -> Option<Kind> {
        match self.host.as_str() {
            "github.com" => Some(Kind::GitHub),
            "gitlab.com" => Some(Kind::GitLab),
            "codeberg.org" | "gitea.com" => Some(Kind::Forgejo),
            host if host.ends_with(".ghe.com") => Some(Kind::GitHub),
            _ => None,
        }
    }

    /// The forge that is likely to be there, by the host's name. Good enough for a link, not for a token.
    pub fn likely(&self) -> Option<Kind> {
        let named = |label: &str| match label {
            "github" => Some(Kind::GitHub),
            "gitlab" => Some(Kind::GitLab),
            "gitea" | "forgejo" | "codeberg" => Some(Kind::Forgejo),
            _ => None,
        };
        self.known().or_else(|| self.host.split(['.', ':']).find_map(named))
    }

    /// The owner: all of the path but its last part.
    pub fn owner(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(owner, _)| owner)
    }

    /// The project's name: the last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit_once('/').map_or(&self.path, |(_, name)| name)
    }

    /// The project's page.
    pub fn page(&self) -> Option<Url> {
        let mut url = Url::parse(&self.web).ok()?;
        url.path_segments_mut().ok()?.pop_if_empty().extend(self.path.split('/'));
        Some(url)
    }

    /// The page that compares two branches and offers to open a pull request.
    pub fn compare(&self, kind: Kind, base: &str, head: &str) -> Option<String> {
        let mut url = self.page()?;
        match kind {
            Kind::GitLab => {
                url.path_segments_mut().ok()?.extend(["-", "merge_requests", "new"]);
                url.query_pairs_mut()
                    .append_pair("merge_request[source_branch]", head)
                    .append_pair("merge_request[target_branch]", base);
            }
            Kind::GitHub | Kind::Forgejo => {
                let range = format!("{base}...{head}");
                url.path_segments_mut().ok()?.push("compare").extend(range.split('/'));
                if kind == Kind::GitHub {
                    url.set_query(Some("expand=1"));
                }
            }
        }
        Some(url.into())
    }
}

/// A part of a path with its percent signs resolved; `None` where that is no text.
fn decoded(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.filter(|_| first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_an_address_names_its_project() {
        for (address, web, path) in [
            ("https://github.com/ann/memory.git", "https://github.com", "ann/memory"),
            ("https://ann:secret@GitHub.com/ann/memory/", "https://github.com", "ann/memory"),
            ("git@github.com:ann/memory.git", "https://github.com", "ann/memory"),
            ("ssh://git@ssh.github.com:443/ann/memory.git", "https://github.com", "ann/memory"),
            ("git@gitlab.com:team/ai/memory", "https://gitlab.com", "team/ai/memory"),
            ("ssh://git@git.example.org:2222/team/memory.git", "https://git.example.org", "team/memory"),
            ("https://git.example.org:8443/a/b", "https://git.example.org:8443", "a/b"),
            ("http://127.0.0.1:3000/a/b.git", "http://127.0.0.1:3000", "a/b"),
            ("https://host/my%20team/b%2Ec", "https://host", "my team/b.c"),
            ("[::1]:a/b", "https://[::1]", "a/b"),
            ("host.example:/a/b.git", "https://host.example", "a/b"),
        ] {
            let place = Place::parse(address).unwrap_or_else(|| panic!("{address}"));
            assert_eq!((place.web.as_str(), place.path.as_str()), (web, path), "{address}");
            assert!(!format!("{place:?}").contains("secret"));
        }
        for none in [
            "",
            "/srv/memory.git",
            "../memory",
            "file:///srv/a/b",
            "C:\\a\\b",
            "C:/a/b",
            "host:b",
            "https://host/only",
            "https://host/a/../b",
            "https://host/a%2Fb/c%2F..",
            "./a:b/c",
            "git@host:~ann/x",
        ] {
            assert_eq!(Place::parse(none), None, "{none}");
        }
    }

    #[test]
    fn a_host_is_known_or_guessed() {
        let place = |address: &str| Place::parse(address).unwrap();
        assert_eq!(place("git@octo.ghe.com:a/b").known(), Some(Kind::GitHub));
        let own = place("git@gitlab.example.org:a/b");
        assert_eq!((own.known(), own.likely()), (None, Some(Kind::GitLab)));
        assert_eq!(place("git@notgithub.com:a/b").likely(), None);
        assert_eq!(place("https://github.com.evil.example/a/b").known(), None);
    }

    #[test]
    fn branches_are_compared_where_the_forge_does() {
        let place = Place::parse("git@host.example:team/a b/memory").unwrap();
        let url = |kind| place.compare(kind, "main", "dream/2026-01-05-ab").unwrap();
        assert_eq!(
            url(Kind::GitHub),
            "https://host.example/team/a%20b/memory/compare/main...dream/2026-01-05-ab?expand=1"
        );
        assert!(url(Kind::GitLab).ends_with(
            "/-/merge_requests/new?merge_request%5Bsource_branch%5D=dream%2F2026-01-05-ab\
             &merge_request%5Btarget_branch%5D=main"
        ));
    }
}
