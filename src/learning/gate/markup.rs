//! Markup that hides, loads or acts: HTML and its comments, `data:` and `javascript:` addresses, images from
//! elsewhere, link definitions that nothing refers to. What stands in code is text and passes.

use super::Finding;
use pulldown_cmark::{Event, Options, Parser, Tag};

/// Tags that people write for a placeholder (`<path>`): without attributes they do nothing.
const PLACEHOLDERS: &[&str] = &[
    "path", "time", "data", "output", "input", "table", "link", "object", "address", "label", "code", "var",
    "title", "body", "header", "section", "source", "select", "option", "command", "map", "param", "text",
    "area", "base", "main", "menu", "col", "caption", "form", "article", "content", "image", "key", "cite",
    "mark", "meter", "style", "track",
];

/// Names of HTML elements besides those above.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "applet",
    "aside",
    "audio",
    "b",
    "big",
    "blockquote",
    "br",
    "button",
    "canvas",
    "center",
    "dd",
    "del",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "fieldset",
    "figure",
    "font",
    "footer",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "ins",
    "kbd",
    "li",
    "marquee",
    "math",
    "meta",
    "nav",
    "noscript",
    "ol",
    "p",
    "picture",
    "plaintext",
    "pre",
    "q",
    "s",
    "script",
    "slot",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "svg",
    "tbody",
    "td",
    "template",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
    "video",
    "xmp",
];

/// Findings with their lines.
pub(super) fn inspect(text: &str) -> Vec<Finding> {
    let line_of = |byte: usize| {
        let breaks = text.get(..byte).unwrap_or_default().bytes().filter(|b| *b == b'\n').count();
        u32::try_from(breaks + 1).ok()
    };
    let mut findings = Vec::new();
    let mut push = |rule, byte, what: &str, remedy| {
        findings.push(Finding { rule, line: line_of(byte), what: what.to_owned(), remedy });
    };
    let parser = Parser::new_ext(text, Options::ENABLE_TABLES);
    let definitions: Vec<(String, String, usize)> = parser
        .reference_definitions()
        .iter()
        .map(|(label, definition)| (label.to_owned(), definition.dest.to_string(), definition.span.start))
        .collect();
    for (event, range) in parser.into_offset_iter() {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                if let Some(what) = acts(&html) {
                    push("raw-html", range.start, what, "write it in plain markdown, or in a code span");
                }
            }
            Event::Start(Tag::Image { dest_url, .. }) if is_remote(&dest_url) => {
                push(
                    "remote-image",
                    range.start,
                    "an image from elsewhere, which tells its host who reads",
                    "describe it in words",
                );
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. })
                if acts_as_address(&dest_url) =>
            {
                push(
                    "active-link",
                    range.start,
                    "a link that carries its own content or code",
                    "link to a page, or write the text here",
                );
            }
            _ => {}
        }
    }
    for (label, dest, start) in definitions {
        let used = text.to_lowercase().matches(&format!("[{}]", label.to_lowercase())).count() > 1;
        if !used || acts_as_address(&dest) {
            push("hidden-text", start, "a link definition that no rendering shows", "delete it, or use it");
        }
    }
    // An address can act without being a link, where a program reads the text.
    for (index, line) in text.lines().enumerate() {
        let folded: String = line.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
        let data = ["text/", "image/", "application/", ";base64,"]
            .iter()
            .any(|kind| folded.contains(&format!("data:{kind}")))
            || folded.contains("data:") && folded.contains(";base64,");
        let script = ["javascript:", "vbscript:"].iter().any(|scheme| {
            folded.match_indices(scheme).any(|(at, _)| {
                let after = folded.get(at + scheme.len()..).unwrap_or_default();
                after.contains('(') || after.contains("//") && !after.starts_with("//")
            })
        });
        if data || script {
            findings.push(Finding {
                rule: "active-link",
                line: u32::try_from(index + 1).ok(),
                what: "an address that carries its own content or code".to_owned(),
                remedy: "link to a page, or write the text here",
            });
        }
    }
    findings
}

/// What is wrong with a piece of HTML; `None` for `<placeholders>`.
fn acts(html: &str) -> Option<&'static str> {
    let html = html.trim_start();
    if html.starts_with("<!--") {
        return Some("an HTML comment, which no rendering shows");
    }
    if html.starts_with("<!") || html.starts_with("<?") {
        return Some("raw HTML");
    }
    html.split('<').skip(1).any(is_element).then_some("raw HTML")
}

/// Whether what follows a `<` is an element rather than a placeholder.
fn is_element(tag: &str) -> bool {
    let tag = tag.trim_start_matches('/');
    let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let rest = tag.get(name.len()..).unwrap_or_default();
    let bare = rest.trim_start().trim_start_matches('/').starts_with('>') || rest.trim().is_empty();
    if tag.starts_with("!--") {
        return true;
    }
    ELEMENTS.contains(&name.as_str())
        || !bare && rest.contains('=') && (PLACEHOLDERS.contains(&name.as_str()) || rest.contains(" on"))
}

fn is_remote(address: &str) -> bool {
    let address = address.trim().to_lowercase();
    address.contains("://") || address.starts_with("//") || address.starts_with("data:")
}

fn acts_as_address(address: &str) -> bool {
    let address: String =
        address.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect::<String>().to_lowercase();
    ["data:", "javascript:", "vbscript:", "file:"].iter().any(|scheme| address.starts_with(scheme))
}
