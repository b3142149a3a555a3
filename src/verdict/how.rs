//! In what way a verdict came about, and the words for it.

use crate::learning::Change;

/// How a verdict came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// On this open branch.
    Waits(String),
    /// The target was moved on to the cycle's own commit.
    FastForward,
    /// By a merge commit.
    Merge,
    /// As a commit of its own: the branch was rebased, or the commit cherry-picked.
    Copy,
    /// As a commit of its own that says that it was taken up in a review.
    Review,
    /// Together with others in one commit.
    Squash,
    /// Under a message that does not name it: the note says so.
    Content,
    /// It was reverted, and the revert was reverted.
    Relanded,
    /// A commit that says so took it back.
    Revert,
    /// The note is as it was before, whatever the messages say.
    Undone,
    /// The note was deleted.
    Deleted,
    /// The note was moved to the archive.
    Archived,
    /// `git dream forget` has taken the note away and bars its lesson.
    Forgotten,
    /// It was taken up, which is whose commit is told, and so was a later learning that moved its note.
    Since(Change),
    /// Its branch is gone, or was deleted where it was published.
    BranchGone,
    /// Its branch was taken, or still waits, without it.
    LeftOut,
    /// It was refused in a review.
    Declined,
    /// It cannot be told, for this reason.
    Untold(String),
}

impl std::fmt::Display for How {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            How::Waits(branch) => return write!(f, "waits on {branch}"),
            How::FastForward => "fast-forward",
            How::Merge => "merge",
            How::Copy => "rebased or cherry-picked",
            How::Review => "taken up in a review",
            How::Squash => "squashed",
            How::Content => "under another message",
            How::Relanded => "reverted and landed again",
            How::Revert => "reverted",
            How::Undone => "put back as it was",
            How::Deleted => "note deleted",
            How::Archived => "note archived",
            How::Forgotten => "forgotten",
            How::Since(change) => {
                return f.write_str(match change {
                    Change::Promote => "promoted since; taken",
                    Change::Merge => "said by another note since; taken",
                    Change::Restore => "restored since; taken",
                    _ => "retired since; taken",
                });
            }
            How::BranchGone => "branch deleted",
            How::LeftOut => "left out",
            How::Declined => "in a review",
            How::Untold(reason) => reason,
        })
    }
}
