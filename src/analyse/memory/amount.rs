//! How much there is of something.

/// Objects, and their bytes as far as they are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    pub objects: usize,
    /// Of those whose size is known.
    pub bytes: u64,
    /// Objects whose size is not known.
    pub unsized_objects: usize,
}

impl Amount {
    pub(super) fn add(&mut self, size: Option<u32>) {
        self.objects += 1;
        match size {
            Some(size) => self.bytes += u64::from(size),
            None => self.unsized_objects += 1,
        }
    }

    pub(super) fn remove(&mut self, size: Option<u32>) {
        self.objects -= 1;
        match size {
            Some(size) => self.bytes -= u64::from(size),
            None => self.unsized_objects -= 1,
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Amount) -> Amount {
        Amount {
            objects: self.objects + other.objects,
            bytes: self.bytes + other.bytes,
            unsized_objects: self.unsized_objects + other.unsized_objects,
        }
    }
}
