//! Notes and titles as HTML that can only show text.
//!
//! What a note says is markdown that somebody else may have written. Owns which of it becomes an element: headings,
//! paragraphs, lists, quotes, code and emphasis; links only to the web, told apart from ours and without a referrer.
//! Refuses the rest: HTML and pictures are shown as the text that they are, and nothing nests without end.

use crate::learning::author::quote::next_span;
use minijinja::HtmlEscape;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use std::fmt::Write;

/// How deep elements may nest: what is deeper is shown, but as if it were not.
const DEEPEST: usize = 12;

/// A title: text and code.
pub(super) fn title(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while !rest.is_empty() {
        let (plain, span, after) = next_span(rest);
        // Writing to a String cannot fail.
        let _ = write!(html, "{}", HtmlEscape(plain));
        if !span.is_empty() {
            let _ = write!(html, "<code>{}</code>", HtmlEscape(span));
        }
        rest = after;
    }
    html
}

/// A note's body, or the reasons in a commit message. Headings become small ones: the page has its own.
pub(super) fn body(markdown: &str) -> String {
    let mut writer = Writer { html: String::with_capacity(markdown.len() * 5 / 4), open: Vec::new() };
    for event in Parser::new_ext(markdown, Options::ENABLE_STRIKETHROUGH) {
        writer.event(event);
    }
    // A text that is cut may leave something open.
    while let Some(end) = writer.open.pop() {
        writer.html.push_str(end.unwrap_or_default());
    }
    writer.html
}

struct Writer {
    html: String,
    /// What closes the elements that are open; `None` for one that is not shown as an element.
    open: Vec<Option<&'static str>>,
}

impl Writer {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(_) => {
                let end = self.open.pop().flatten();
                self.html.push_str(end.unwrap_or_default());
            }
            Event::Text(text) => self.text(&text),
            Event::Code(text) => {
                self.html.push_str("<code>");
                self.text(&text);
                self.html.push_str("</code>");
            }
            // Shown, so that who reviews sees what somebody tried.
            Event::Html(text) | Event::InlineHtml(text) => {
                self.html.push_str("<code class=\"raw\">");
                self.text(text.trim_end());
                self.html.push_str("</code>");
            }
            Event::SoftBreak => self.html.push('\n'),
            Event::HardBreak => self.html.push_str("<br>"),
            Event::Rule => self.html.push_str("<hr>"),
            Event::FootnoteReference(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::TaskListMarker(_) => {}
        }
    }

    fn text(&mut self, text: &str) {
        // Writing to a String cannot fail.
        let _ = write!(self.html, "{}", HtmlEscape(text));
    }

    fn start(&mut self, tag: &Tag<'_>) {
        let element: Option<(&str, &'static str)> = match tag {
            Tag::Paragraph => Some(("<p>", "</p>")),
            Tag::Heading { .. } => Some(("<p class=\"heading\">", "</p>")),
            Tag::BlockQuote(_) => Some(("<blockquote>", "</blockquote>")),
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => {
                Some(("<pre><code>", "</code></pre>"))
            }
            Tag::List(None) => Some(("<ul>", "</ul>")),
            Tag::List(Some(_)) => Some(("<ol>", "</ol>")),
            Tag::Item => Some(("<li>", "</li>")),
            Tag::Emphasis => Some(("<em>", "</em>")),
            Tag::Strong => Some(("<strong>", "</strong>")),
            Tag::Strikethrough => Some(("<del>", "</del>")),
            Tag::Link { dest_url, .. } if is_web(dest_url) => {
                if self.open.len() < DEEPEST {
                    let _ = write!(
                        self.html,
                        "<a rel=\"noopener noreferrer nofollow\" href=\"{}\">",
                        HtmlEscape(dest_url)
                    );
                }
                Some(("", "</a>"))
            }
            Tag::Image { .. } => Some(("<span class=\"raw\">[picture: ", "]</span>")),
            _ => None,
        };
        let element = element.filter(|_| self.open.len() < DEEPEST);
        self.html.push_str(element.map_or("", |(begin, _)| begin));
        self.open.push(element.map(|(_, end)| end));
    }
}

/// Whether a link leads to the web, and nowhere a click could do something.
fn is_web(url: &str) -> bool {
    let url = url.to_ascii_lowercase();
    url.starts_with("https://") || url.starts_with("http://")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_a_note_may_have_becomes_an_element() {
        assert_eq!(title("`a<b` fails & <b>"), "<code>a&lt;b</code> fails &amp; &lt;b&gt;");
        let html = body(
            "# Title\n\n**When:** `x`\n\n- [web](https://example.com/?a=1&b=\"2\")\n- [run](javascript:alert(1))\n\n<script>alert(1)</script>\n\n![see](https://example.com/p.png) a<br>b\n\n1. one\n",
        );
        for part in [
            "<p class=\"heading\">Title</p>",
            "<strong>When:</strong> <code>x</code>",
            "<a rel=\"noopener noreferrer nofollow\" href=\"https:&#x2f;&#x2f;example.com&#x2f;?a=1&amp;b=&quot;2&quot;\">web</a>",
            "<li>run</li>",
            "<code class=\"raw\">&lt;script&gt;alert(1)&lt;&#x2f;script&gt;</code>",
            "<span class=\"raw\">[picture: see]</span> a<code class=\"raw\">&lt;br&gt;</code>b",
            "<ol>",
        ] {
            assert!(html.contains(part), "{part}\n{html}");
        }
    }

    #[test]
    fn what_nests_without_end_does_not() {
        let html = body(&">".repeat(5_000));
        assert!(html.matches("<blockquote>").count() <= DEEPEST);
        assert_eq!(html.matches("<blockquote>").count(), html.matches("</blockquote>").count());
    }

    proptest! {
        #[test]
        fn every_element_is_ours_and_is_closed(text in "[-a-z#>`*_~<&\"'!\\[\\]()/:. \n0-9]{0,120}") {
            let html = body(&text);
            let ours = [
                "p", "blockquote", "pre", "code", "ul", "ol", "li", "em", "strong", "del", "a", "span", "br", "hr",
            ];
            let mut open: Vec<&str> = Vec::new();
            for tag in html.split('<').skip(1) {
                let name = tag.split(|c: char| !c.is_ascii_alphanumeric() && c != '/').next().unwrap_or_default();
                match name.strip_prefix('/') {
                    Some(name) => prop_assert_eq!(open.pop(), Some(name), "{}", html),
                    None => {
                        prop_assert!(ours.contains(&name), "{name} in {html}");
                        if name != "br" && name != "hr" {
                            open.push(name);
                        }
                    }
                }
            }
            prop_assert!(open.is_empty(), "{open:?} {html}");
        }
    }
}
