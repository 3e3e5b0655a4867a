//! The texts of a page.

use std::collections::HashMap;
use unicode_width::UnicodeWidthStr;

/// Texts, each once, by number.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub list: Vec<String>,
    index: HashMap<String, u32>,
}

impl Texts {
    pub(super) fn intern(&mut self, text: &str) -> u32 {
        if let Some(number) = self.index.get(text) {
            return *number;
        }
        let number = self.list.len() as u32;
        self.list.push(text.to_owned());
        self.index.insert(text.to_owned(), number);
        number
    }

    /// The texts that take more or fewer columns than they have characters.
    pub(super) fn columns(&self) -> Vec<(u32, u32)> {
        let wide = self.list.iter().enumerate().filter_map(|(number, text)| {
            let columns = text.width();
            (columns != text.chars().count()).then_some((number as u32, columns as u32))
        });
        wide.collect()
    }
}
