//! What fails, and what stands before it.
