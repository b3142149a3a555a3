//! Folding: what letters look like, without the ways to write them differently.
//!
//! Owns the tables of look-alikes, accents and invisible characters. Refuses to decide whether using them is
//! wrong: [`super::addresses_an_agent`] and the gate do.

/// Whether the character shows nothing and so can carry text that no reviewer sees: zero-width, bidirectional
/// controls, tag characters, fillers, controls. Line breaks and tabs are not hidden.
pub fn is_hidden(c: char) -> bool {
    match c {
        '\n' | '\r' | '\t' => false,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' => {
            true
        }
        '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' => true,
        '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{2800}' => true,
        '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}' | '\u{e000}'..='\u{f8ff}' => true,
        '\u{f0000}'..='\u{10ffff}' => true,
        c => c.is_control(),
    }
}

/// Whether the character only changes how the one before it looks. One after an emoji is fine; more carry data.
pub fn is_variation(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// The Latin letter that a letter of another script is taken for, if any.
pub fn lookalike(c: char) -> Option<char> {
    const CYRILLIC_AND_GREEK: &str = "аaеeоoрpсcуyхxіiјjѕsԁdһhԛqԝwАAВBЕEКKМMНHОOРPСCТTХXУYІIЈJЅSɡgοoνvαaρpιiκkτtυuΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXսuոnօoｏoⅼlⅰi";
    if c.is_ascii() {
        return None;
    }
    let mut pairs = CYRILLIC_AND_GREEK.chars();
    while let (Some(strange), Some(plain)) = (pairs.next(), pairs.next()) {
        if strange == c {
            return Some(plain);
        }
    }
    styled(c)
}

/// The ASCII character behind a full-width or mathematical one.
pub fn styled(c: char) -> Option<char> {
    let code = u32::from(c);
    match code {
        0xff01..=0xff5e => char::from_u32(code - 0xff01 + 0x21),
        0x1d400..=0x1d6a3 => {
            let index = (code - 0x1d400) % 52;
            char::from_u32(if index < 26 { 0x61 + index } else { 0x61 + index - 26 })
        }
        0x1f130..=0x1f149 => char::from_u32(code - 0x1f130 + 0x61),
        0x1f170..=0x1f189 => char::from_u32(code - 0x1f170 + 0x61),
        0x24b6..=0x24cf => char::from_u32(code - 0x24b6 + 0x61),
        0x24d0..=0x24e9 => char::from_u32(code - 0x24d0 + 0x61),
        _ => None,
    }
}

/// The letter without its accent.
fn unaccented(c: char) -> char {
    const ACCENTED: &str = "àaáaâaãaäaåaāaăaąaçcćcčcďdèeéeêeëeēeęeěeìiíiîiïiīiłlñnńnňnòoóoôoõoöoøoōoőoŕrřrśsšsşsťtùuúuûuüuūuůuűuýyÿyźzżzžz";
    if c.is_ascii() {
        return c;
    }
    let mut pairs = ACCENTED.chars();
    while let (Some(accented), Some(plain)) = (pairs.next(), pairs.next()) {
        if accented == c {
            return plain;
        }
    }
    c
}

/// The text as it reads: lower case, look-alikes and accents made plain, hidden characters, emphasis and code
/// marks gone, dashes and quotes simple. Line breaks stay where they are.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut rest = text;
    // What programs print is ASCII nearly always, and looks like itself.
    let is_plain = |byte: &&u8| {
        (byte.is_ascii_graphic() && !matches!(byte, b'*' | b'`')) || matches!(byte, b' ' | b'\n')
    };
    while !rest.is_empty() {
        let plain_end = rest.as_bytes().iter().take_while(is_plain).count();
        let (plain_part, after) = rest.split_at_checked(plain_end).unwrap_or_default();
        folded.push_str(plain_part);
        let from = folded.len() - plain_part.len();
        folded.get_mut(from..).unwrap_or_default().make_ascii_lowercase();
        let mut characters = after.chars();
        if let Some(c) = characters.next()
            && !is_hidden(c)
            && !is_variation(c)
            && !is_mark(c)
        {
            folded.extend(lookalike(c).unwrap_or(c).to_lowercase().map(unaccented).map(plain));
        }
        rest = characters.as_str();
    }
    folded
}

/// Simple signs and blanks for the many that look like them.
fn plain(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{02bc}' | '\u{b4}' => '\'',
        '\u{201c}' | '\u{201d}' => '"',
        '\u{2010}'..='\u{2012}' => '-',
        '\u{2013}' | '\u{2014}' => ';',
        c if c != '\n' && c.is_whitespace() => ' ',
        c => c,
    }
}

/// Emphasis, code marks and combining accents.
fn is_mark(c: char) -> bool {
    matches!(c, '*' | '`' | '\u{300}'..='\u{36f}')
}

/// Digits and signs that stand for letters, made letters: `1gn0r3` is `ignore`. Words with other digits, or with
/// more digits than letters, stay.
pub fn unleet(word: &str) -> String {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let signs = word.chars().filter(|c| "013457@$!".contains(*c)).count();
    if signs == 0 || letters < 3 || letters < signs || letters + signs < word.chars().count() {
        return word.to_owned();
    }
    let letter = |c: char| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        c => c,
    };
    word.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disguises_fold_to_what_they_look_like() {
        for disguised in [
            "IGNORE",
            "ignоre",
            "ｉｇｎｏｒｅ",
            "𝐢𝐠𝐧𝐨𝐫𝐞",
            "ig**no**re",
            "ig\u{200b}nore",
            "ígnóré",
            "`ignore`",
        ] {
            assert_eq!(fold(disguised), "ignore", "{disguised}");
        }
        assert_eq!(unleet("1gn0r3"), "ignore");
    }
}
