//! Where the parts of a shell line end that are taken whole: substitutions and here-documents.

/// Where a here-document's body ends and what follows it begins.
pub(super) struct Document {
    pub(super) end: usize,
    pub(super) next: usize,
}

pub(super) fn document(bytes: &[u8], start: usize, delimiter: &[u8], tabs: bool) -> Document {
    let mut at = start;
    while at < bytes.len() {
        let end = find(bytes, at, b'\n');
        let mut line = &bytes[at..end];
        while tabs && line.first() == Some(&b'\t') {
            line = &line[1..];
        }
        if line.strip_suffix(b"\r").unwrap_or(line) == delimiter {
            return Document { end: at, next: (end + 1).min(bytes.len()) };
        }
        at = end + 1;
    }
    Document { end: bytes.len(), next: bytes.len() }
}

/// The position after the parenthesis that closes the one just opened, quotes and here-documents minded.
pub(super) fn skip_parenthesised(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    // What is open: `(` or `"`.
    let mut open = vec![b'('];
    while let (Some(&byte), Some(&innermost)) = (bytes.get(at), open.last()) {
        let quoted = innermost == b'"';
        match byte {
            b'\\' => at += 1,
            b'"' if quoted => drop(open.pop()),
            b'"' => open.push(b'"'),
            b'\'' if !quoted => at = find(bytes, at + 1, b'\''),
            b'(' if !quoted || bytes.get(at.wrapping_sub(1)) == Some(&b'$') => open.push(b'('),
            b')' if !quoted => drop(open.pop()),
            b'<' if !quoted && bytes.get(at + 1) == Some(&b'<') => {
                at = skip_document(bytes, at + 2);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    at.min(bytes.len())
}

/// The position of a here-document's closing line, given the position after its `<<`.
fn skip_document(bytes: &[u8], start: usize) -> usize {
    let mut at = start.min(bytes.len());
    let tabs = bytes.get(at) == Some(&b'-');
    while matches!(bytes.get(at), Some(b'-' | b' ' | b'\'' | b'"' | b'\\' | b'<')) {
        at += 1;
    }
    let delimiter =
        at..at + bytes[at..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    if delimiter.is_empty() {
        return at;
    }
    let body = (find(bytes, delimiter.end, b'\n') + 1).min(bytes.len());
    document(bytes, body, &bytes[delimiter], tabs).next
}

/// The position of this byte from here on, or the end.
pub(super) fn find(bytes: &[u8], from: usize, byte: u8) -> usize {
    let from = from.min(bytes.len());
    memchr::memchr(byte, &bytes[from..]).map_or(bytes.len(), |found| from + found)
}

/// Length in bytes of the UTF-8 character that begins with this byte.
pub(super) fn character_length(first: u8) -> usize {
    match first {
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xFF => 4,
        _ => 1,
    }
}
