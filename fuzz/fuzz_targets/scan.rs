#![no_main]

use git_dream::session::scan;

// Whatever serde_json accepts, the scanner has to step over whole and read alike.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let scanned = scan::whole(bytes);
    let _ = (scan::fields(bytes, ["type", "a"]), scan::elements(bytes).count(), scan::unescape(bytes));
    if let Ok(value) = serde_json::from_slice::<serde_json::Value>(bytes) {
        let raw = scanned.expect("what is JSON is read");
        assert_eq!(scan::text(raw).as_deref(), value.as_str());
        for (key, inner) in value.as_object().into_iter().flatten() {
            let found = scan::field(raw, key).expect("a key that is there is found");
            assert_eq!(scan::text(found).as_deref(), inner.as_str());
        }
    }
});
