//! What a model is asked about a session, and how its answer is read.

use super::mark::{self, Marks};
use super::rubric::Rubric;
use super::{Session, excerpt};
use crate::model::{Failure, Prompt, Reply};
use crate::redact::redact;
use std::fmt::Write;
