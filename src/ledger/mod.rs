//! Digests and cycles, kept in git under `refs/dream/ledger`.
