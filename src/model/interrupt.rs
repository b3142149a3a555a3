//! Ctrl-C, while a model is waited for.
//!
//! Once a program listens for Ctrl-C, the system no longer ends it by one. So this module answers for both: while
//! somebody waits, Ctrl-C ends the waiting, and what was answered is kept; at any other time it ends the program at once,
//! as it does everywhere, which loses nothing because nothing is ever half written.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Poll, Waker};

/// The exit status of a program that was ended by Ctrl-C, as shells have it.
const INTERRUPTED: i32 = 130;

#[derive(Default)]
struct State {
    /// How many are waiting for a model.
    waiting: usize,
    /// Whether Ctrl-C was pressed since the first of them began.
    pressed: bool,
    wakers: Vec<Waker>,
}

static STATE: Mutex<State> = Mutex::new(State { waiting: 0, pressed: false, wakers: Vec::new() });

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// As long as it lives, Ctrl-C ends the waiting and not the program.
pub(super) struct Waiting(());

impl Waiting {
    /// Begins to wait.
    pub(super) fn begin() -> Waiting {
        listen();
        let mut state = state();
        state.waiting += 1;
        if state.waiting == 1 {
            state.pressed = false;
        }
        Waiting(())
    }

    /// Waits for Ctrl-C.
    pub(super) async fn interrupted(&self) {
        std::future::poll_fn(|context| {
            let mut state = state();
            if state.pressed {
                return Poll::Ready(());
            }
            if !state.wakers.iter().any(|waker| waker.will_wake(context.waker())) {
                state.wakers.push(context.waker().clone());
            }
            Poll::Pending
        })
        .await;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        state().waiting -= 1;
    }
}

/// Listens for Ctrl-C from now on, on a thread of its own. Where that cannot be, Ctrl-C ends the program.
fn listen() {
    static LISTENING: OnceLock<()> = OnceLock::new();
    LISTENING.get_or_init(|| {
        let _ = std::thread::Builder::new().name("ctrl-c".to_owned()).spawn(|| {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
                return;
            };
            runtime.block_on(async {
                while tokio::signal::ctrl_c().await.is_ok() {
                    press()
                }
            });
        });
    });
}

/// Ctrl-C was pressed.
#[expect(clippy::exit, reason = "nobody is left to hand the wish to end to")]
fn press() {
    let mut state = state();
    if state.waiting == 0 {
        std::process::exit(INTERRUPTED);
    }
    state.pressed = true;
    state.wakers.drain(..).for_each(Waker::wake);
}
