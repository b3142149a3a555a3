//! When to ask again, and how long to wait before.
//!
//! Pure: a status, a header, an attempt in, a wait out. Waits grow twofold and are a little shorter or longer for every
//! prompt, so that prompts that were turned away together do not come back together; how much is drawn from the prompt's
//! own hash, and so is the same every time.

use std::time::Duration;

/// The first wait, where the service does not say how long.
const FIRST: Duration = Duration::from_millis(500);
/// The longest wait that is chosen here; the service may ask for longer ones.
const LONGEST: Duration = Duration::from_secs(30);

/// How much is waited for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Patience {
    /// How often it is asked again.
    pub(crate) retries: u32,
    /// How long one attempt may take.
    pub(crate) deadline: Duration,
}

impl Patience {
    /// How long to wait before asking again, after so many attempts that took so long altogether; `None` where it was
    /// enough. `asked` is how long the service wants to be left alone, `of` what tells this prompt from others.
    ///
    /// Nothing is begun any more once three deadlines have passed since the first attempt began.
    pub(crate) fn wait(
        &self,
        attempts: u32,
        passed: Duration,
        asked: Option<Duration>,
        of: &str,
    ) -> Option<Duration> {
        if attempts > self.retries {
            return None;
        }
        let own = FIRST.saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1))).min(LONGEST);
        let wait = asked.unwrap_or_else(|| own.mul_f64(1.0 - 0.25 * fraction(of, attempts)));
        (passed.saturating_add(wait) <= self.deadline.saturating_mul(3)).then_some(wait)
    }
}

/// A number from 0 to 1 that is the same for the same prompt and attempt.
fn fraction(of: &str, attempt: u32) -> f64 {
    let hash = blake3::hash(format!("{attempt} {of}").as_bytes());
    f64::from(hash.as_bytes()[0]) / 255.0
}

/// Whether what was answered with this status may be answered otherwise a moment later.
pub(crate) fn may_pass(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..)
}

/// How long the service wants to be left alone. `header` looks up a header by its name. A moment (RFC 9110, 10.2.3) is
/// counted from the answer's own `date`, since the two clocks may differ.
pub(crate) fn asked<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Option<Duration> {
    let number = |name: &str, unit: f64| {
        let number: f64 = header(name)?.trim().parse().ok()?;
        Duration::try_from_secs_f64(number * unit).ok()
    };
    let until = || {
        let moment = |name: &str| jiff::fmt::rfc2822::parse(header(name)?.trim()).ok();
        let seconds =
            moment("retry-after")?.timestamp().as_second() - moment("date")?.timestamp().as_second();
        Some(Duration::from_secs(u64::try_from(seconds).unwrap_or_default()))
    };
    number("retry-after-ms", 0.001)
        .or_else(|| number("retry-after", 1.0))
        .or_else(until)
        .or_else(|| refilled(&header))
}

/// How long until something is left of what may be asked for, where nothing is: forges tell the moment, in seconds since
/// 1970. Others mean something else by that header; a wait of more than a day is none.
fn refilled<'a>(header: &impl Fn(&str) -> Option<&'a str>) -> Option<Duration> {
    ["x-ratelimit", "ratelimit"].iter().find_map(|of| {
        let number = |name: &str| header(&format!("{of}-{name}"))?.trim().parse::<i64>().ok();
        number("remaining").filter(|left| *left == 0)?;
        let date = jiff::fmt::rfc2822::parse(header("date")?.trim()).ok()?.timestamp().as_second();
        let wait = number("reset")?.checked_sub(date)?.max(1);
        (wait <= 86_400).then(|| Duration::from_secs(wait.unsigned_abs()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience { retries: 3, deadline: Duration::from_secs(10) };

    #[test]
    fn waits_grow_and_end() {
        let wait = |attempts| PATIENCE.wait(attempts, Duration::ZERO, None, "a");
        let waits: Vec<Duration> = (1..=3).filter_map(wait).collect();
        assert_eq!(waits.len(), 3);
        for (at, wait) in waits.iter().enumerate() {
            let whole = FIRST * 2_u32.pow(at as u32);
            assert!(*wait <= whole && *wait >= whole.mul_f64(0.75), "{waits:?}");
        }
        assert_eq!((wait(4), wait(1)), (None, Some(waits[0])));
        assert_ne!(wait(1), PATIENCE.wait(1, Duration::ZERO, None, "b"));
        assert!(PATIENCE.wait(u32::MAX, Duration::ZERO, None, "a").is_none());
    }

    #[test]
    fn the_service_says_how_long_as_long_as_there_is_time() {
        let wait = |passed, asked| {
            PATIENCE.wait(1, Duration::from_secs(passed), Some(Duration::from_secs(asked)), "a")
        };
        assert_eq!(wait(0, 29), Some(Duration::from_secs(29)));
        assert_eq!((wait(2, 29), wait(0, 86_400)), (None, None));
    }

    #[test]
    fn seconds_milliseconds_and_moments_are_understood() {
        let of = |headers: &'static [(&str, &str)]| {
            asked(|name| headers.iter().find(|(header, _)| *header == name).map(|(_, value)| *value))
        };
        assert_eq!(of(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        assert_eq!(of(&[("retry-after-ms", "40"), ("retry-after", "7")]), Some(Duration::from_millis(40)));
        let date = ("date", "Wed, 21 Oct 2015 07:28:00 GMT");
        let late = ("date", "Wed, 21 Oct 2015 08:28:00 GMT");
        let until = ("retry-after", "Wed, 21 Oct 2015 07:28:05 GMT");
        assert_eq!(
            asked(|name| [date, until].iter().find(|(n, _)| *n == name).map(|(_, v)| *v)),
            Some(Duration::from_secs(5))
        );
        assert_eq!(
            asked(|name| [late, until].iter().find(|(n, _)| *n == name).map(|(_, v)| *v)),
            Some(Duration::ZERO)
        );
        let limit = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1445412510"), date];
        let found = |headers: &[(&'static str, &'static str)]| {
            let headers = headers.to_vec();
            asked(|name| headers.iter().find(|(header, _)| *header == name).map(|(_, value)| *value))
        };
        assert_eq!(found(&limit), Some(Duration::from_secs(30)));
        assert_eq!(found(&[("x-ratelimit-remaining", "7"), limit[1], date]), None);
        assert_eq!(found(&[limit[0], ("x-ratelimit-reset", "1445412510000"), date]), None);
        for broken in ["-1", "NaN", "1e400", "soon", ""] {
            assert_eq!(asked(|name| (name == "retry-after").then_some(broken)), None, "{broken}");
        }
    }
}
