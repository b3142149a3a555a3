//! [`Model`]: prompts go out, answers come back, and nothing is paid for twice or beyond the budget.
//!
//! Owns the order of things. What was answered before is recalled. Then prompts are sent in their order, so many at once
//! as the settings allow; each is paid for before it is sent, and answers are settled in the prompts' order however they
//! come in, so that which prompts a budget reaches for is the same every time. A reply is kept the moment it comes.
//! Ctrl-C ends the waiting; a failure that is final, the asking, and so does a service that fails time after time.
//!
//! The one place that waits: a runtime on this thread runs while prompts are under way, and the rest of the program
//! knows nothing of it.

mod together;

use super::access::Access;
use super::batches::Batches;
use super::failure::telling;
use super::heard::Took;
use super::interrupt::Waiting;
use super::line::Line;
use super::purse::{Hold, Purse, Spent};
use super::replies::{self, Replies};
use super::terms::Terms;
use super::{Answer, Answers, Failure, Prompt, most};
use crate::settings::EngineSettings;
use crate::unusable::Unusable;
use crate::web::retry::Patience;
use std::cell::{OnceCell, RefCell};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

/// After how many prompts in a row that the service failed to answer nothing else is asked. Each of them has taken all the
/// patience there is.
const MOST_FAILED: usize = 3;

/// A model of a service, with what may be spent on it.
pub struct Model {
    access: Access,
    terms: Arc<Terms>,
    patience: Patience,
    parallel: usize,
    replies: Replies,
    batches: Batches,
    batch_minutes: u32,
    purse: RefCell<Purse>,
    /// Opened once something has to be asked: a quiet night fetches no key.
    line: OnceCell<Result<Arc<Line>, String>>,
    runtime: Runtime,
}

impl Model {
    /// The model that the settings name, by this way; `folder` is where replies are kept, `.git/dream`.
    ///
    /// Errors: no model is named, or there is no key.
    pub fn new(access: Access, settings: &EngineSettings, folder: &Path) -> Result<Model, Unusable> {
        access.check_key()?;
        let terms = Terms::of(&access, settings)?;
        let deadline = Duration::from_secs(settings.deadline_seconds.into());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Unusable(format!("cannot wait for a model: {error}")))?;
        Ok(Model {
            access,
            purse: RefCell::new(terms.purse()),
            terms: Arc::new(terms),
            patience: Patience { retries: settings.retries, deadline },
            parallel: settings.parallel.max(1),
            replies: Replies::at(folder.join("replies")),
            batches: Batches::at(folder.join("batches")),
            batch_minutes: settings.batch_minutes,
            line: OnceCell::new(),
            runtime,
        })
    }

    /// What the model is called in commits: the service and the model, `anthropic/claude-haiku-4-5`.
    pub fn name(&self) -> &str {
        &self.terms.name
    }

    /// What a person ought to know before anything is asked, one sentence each.
    pub fn notices(&self) -> &[String] {
        &self.terms.notices
    }

    /// What was spent so far.
    pub fn spent(&self) -> Spent {
        self.purse.borrow().spent()
    }

    /// Asks whatever has no answer yet, in batches first.
    async fn ask_all(&self, line: Arc<Line>, prompts: &[Prompt], answers: &mut Vec<Option<Answer>>) {
        let waiting = Waiting::begin();
        if let Line::Anthropic(messages) = &*line
            && !together::ask(self, messages, &waiting, prompts, answers).await
        {
            return;
        }
        Asking::new(self, &waiting, line, prompts, answers).all().await;
    }

    /// The line, opened with the first call. Its error is told again to everybody who asks.
    fn line(&self) -> Result<Arc<Line>, Failure> {
        let open = || {
            let line = Line::open(&self.access, &self.terms.model, self.patience);
            line.map(Arc::new).map_err(|error| telling(&error.0))
        };
        self.line.get_or_init(open).clone().map_err(Failure::Denied)
    }
}

impl Answers for Model {
    fn ask(&self, prompts: &[Prompt]) -> Vec<Answer> {
        let recalled = |prompt| self.replies.find(&self.terms.identity, &self.terms.model, prompt);
        let mut answers: Vec<Option<Answer>> =
            prompts.iter().map(|prompt| recalled(prompt).map(Ok)).collect();
        let recalled = answers.iter().flatten().count();
        (0..recalled).for_each(|_| self.purse.borrow_mut().recall());
        if recalled < prompts.len() {
            match self.line() {
                Ok(line) => {
                    self.runtime.block_on(self.ask_all(line, prompts, &mut answers));
                    self.replies.prune();
                }
                Err(failure) => {
                    if let Some(first) = answers.iter_mut().find(|answer| answer.is_none()) {
                        *first = Some(Err(failure));
                    }
                }
            }
        }
        answers.into_iter().map(|answer| answer.unwrap_or(Err(Failure::NotAsked))).collect()
    }
}

/// Prompts on their way.
struct Asking<'a> {
    model: &'a Model,
    waiting: &'a Waiting,
    line: Arc<Line>,
    prompts: &'a [Prompt],
    answers: &'a mut Vec<Option<Answer>>,
    under_way: VecDeque<UnderWay>,
    /// How many prompts in a row the service failed to answer.
    failed: usize,
    /// Whether nothing else is asked.
    is_over: bool,
}

/// A prompt that was sent.
struct UnderWay {
    at: usize,
    hold: Hold,
    task: JoinHandle<(Answer, Took, bool)>,
}

impl<'a> Asking<'a> {
    fn new(
        model: &'a Model,
        waiting: &'a Waiting,
        line: Arc<Line>,
        prompts: &'a [Prompt],
        answers: &'a mut Vec<Option<Answer>>,
    ) -> Asking<'a> {
        Asking {
            model,
            waiting,
            line,
            prompts,
            answers,
            under_way: VecDeque::new(),
            failed: 0,
            is_over: false,
        }
    }

    /// Asks everything that has no answer yet.
    async fn all(mut self) {
        for (at, prompt) in self.prompts.iter().enumerate() {
            if self.answers.get(at).is_some_and(Option::is_some) {
                continue;
            }
            while self.under_way.len() >= self.model.parallel {
                self.settle_first().await;
            }
            // What is under way may bring back some of what was held for it.
            let hold = loop {
                let hold = self.model.purse.borrow_mut().hold(prompt);
                if hold.is_some() || !self.settle_first().await {
                    break hold;
                }
            };
            match hold {
                _ if self.is_over => {
                    if let Some(hold) = hold {
                        self.model.purse.borrow_mut().settle(hold, None);
                    }
                    break;
                }
                Some(hold) => {
                    let task = self.send(prompt);
                    self.under_way.push_back(UnderWay { at, hold, task });
                }
                None => self.answer(at, Err(Failure::OverBudget)),
            }
        }
        while self.settle_first().await {}
    }

    /// Sends a prompt; its reply is kept as soon as it is there.
    fn send(&self, prompt: &Prompt) -> JoinHandle<(Answer, Took, bool)> {
        let (line, terms, replies) =
            (self.line.clone(), self.model.terms.clone(), self.model.replies.clone());
        let prompt = prompt.clone();
        tokio::spawn(async move {
            let of = replies::name(&terms.identity, &terms.model, &prompt);
            let heard = line.ask(&prompt, &of).await;
            let (is_lost, took) = (heard.is_lost(), heard.took);
            let answer = heard.answer(&prompt.schema, &terms.model);
            if let Ok(reply) = &answer {
                replies.keep(&terms.identity, &terms.model, &prompt, reply);
            }
            (answer, took, is_lost)
        })
    }

    /// Waits for the prompt that was sent first and books what it took; `false` where none is under way.
    async fn settle_first(&mut self) -> bool {
        let Some(UnderWay { at, hold, mut task }) = self.under_way.pop_front() else { return false };
        let mut hold = hold;
        let mut is_second = false;
        loop {
            let interrupted = self.is_interrupted(&mut task).await;
            let (answer, took, is_lost) = match interrupted {
                Some(done) => done,
                None => {
                    task.abort();
                    self.under_way.iter().for_each(|under_way| under_way.task.abort());
                    (Err(Failure::Interrupted), Took::Unknown, false)
                }
            };
            let Some(prompt) = self.prompts.get(at) else { return true };
            self.settle(hold, took, prompt);
            // An answer that got lost on its way is asked for once more, if the budget reaches for that, too.
            if is_lost && !is_second && !self.is_over {
                let again = self.model.purse.borrow_mut().hold(prompt);
                if let Some(again) = again {
                    (hold, task, is_second) = (again, self.send(prompt), true);
                    continue;
                }
            }
            self.answer(at, answer);
            return true;
        }
    }

    /// What a task came to; `None` once somebody pressed Ctrl-C.
    async fn is_interrupted(
        &self,
        task: &mut JoinHandle<(Answer, Took, bool)>,
    ) -> Option<(Answer, Took, bool)> {
        tokio::select! {
            biased;
            done = task => Some(done.unwrap_or_else(|error| match error.is_cancelled() {
                true => (Err(Failure::Interrupted), Took::Unknown, false),
                false => (Err(Failure::Broken("asking ended by a mistake in git-dream".to_owned())), Took::Unknown, false),
            })),
            () = self.waiting.interrupted() => None,
        }
    }

    fn settle(&self, hold: Hold, took: Took, prompt: &Prompt) {
        let took = match took {
            Took::Nothing => None,
            Took::Counted(tokens) => Some(tokens),
            Took::Unknown => Some(most(prompt)),
        };
        self.model.purse.borrow_mut().settle(hold, took);
    }

    fn answer(&mut self, at: usize, answer: Answer) {
        let is_failed = answer.as_ref().is_err_and(Failure::is_of_the_service);
        self.failed = if is_failed { self.failed + 1 } else { 0 };
        self.is_over |= self.failed == MOST_FAILED || answer.as_ref().is_err_and(Failure::is_final);
        if let Some(place) = self.answers.get_mut(at) {
            *place = Some(answer);
        }
    }
}
