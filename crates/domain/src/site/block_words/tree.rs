//! Folded words as a tree of characters.

use std::collections::HashMap;

use super::folding::Folded;

/// All words, shared as far as they begin alike.
#[derive(Debug)]
pub(super) struct WordTree {
    branches: HashMap<(usize, char), usize>,
    /// The words that end at each node.
    ends: Vec<Vec<usize>>,
}

impl WordTree {
    /// A tree of folded words, which are known by their position.
    pub(super) fn new<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let mut tree = Self { branches: HashMap::new(), ends: vec![Vec::new()] };
        for (number, word) in words.enumerate() {
            let mut node = 0;
            for character in word.chars() {
                let next = tree.ends.len();
                node = *tree.branches.entry((node, character)).or_insert(next);
                if node == next {
                    tree.ends.push(Vec::new());
                }
            }
            if let Some(ends) = tree.ends.get_mut(node) {
                ends.push(number);
            }
        }
        tree
    }

    /// Every word the text begins with, the shortest first, and behind how many characters it ends. It takes as many steps
    /// as the longest of these words has characters, and one more, however many words there are.
    pub(super) fn prefixes<'t>(&'t self, text: &'t [Folded]) -> impl Iterator<Item = (usize, usize)> + 't {
        self.walk(text).enumerate().flat_map(|(index, node)| {
            self.ends.get(node).into_iter().flatten().map(move |word| (*word, index + 1))
        })
    }

    /// One node a character, as far as any word goes on like the text.
    pub(super) fn walk<'t>(&'t self, text: &'t [Folded]) -> impl Iterator<Item = usize> + 't {
        text.iter().scan(0, |node, folded| {
            *node = *self.branches.get(&(*node, folded.character))?;
            Some(*node)
        })
    }
}
