//! Feature files, as far as the scenarios use the notation.

use std::collections::BTreeMap;

/// One scenario, or one example row of an outline.
pub(crate) struct Scenario {
    /// `path :: name`, and `#n` for the n-th example.
    pub key: String,
    pub tags: Vec<String>,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Step {
    pub text: String,
    pub doc: Option<String>,
    pub table: Vec<Vec<String>>,
}

impl Step {
    fn filled(&self, values: &BTreeMap<&str, &str>) -> Step {
        let fill = |text: &str| {
            values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("<{name}>"), value))
        };
        Step {
            text: fill(&self.text),
            doc: self.doc.as_deref().map(fill),
            table: self.table.iter().map(|row| row.iter().map(|cell| fill(cell)).collect()).collect(),
        }
    }
}

/// A background, scenario or outline as it stands in the file.
#[derive(Default)]
struct Block {
    is_background: bool,
    name: String,
    tags: Vec<String>,
    steps: Vec<Step>,
    examples: Vec<Vec<Vec<String>>>,
}

/// The scenarios of a feature file; `path` is what keys begin with.
pub(crate) fn read(text: &str, path: &str) -> Vec<Scenario> {
    let blocks = read_blocks(text);
    let mut background = Vec::new();
    let mut scenarios = Vec::new();
    for block in blocks {
        if block.is_background {
            background = block.steps;
        } else {
            expand(&block, &background, path, &mut scenarios);
        }
    }
    scenarios
}

fn expand(block: &Block, background: &[Step], path: &str, scenarios: &mut Vec<Scenario>) {
    let key = format!("{path} :: {}", block.name);
    if block.examples.is_empty() {
        let steps = background.iter().chain(&block.steps).cloned().collect();
        scenarios.push(Scenario { key, tags: block.tags.clone(), steps });
        return;
    }
    let mut number = 0;
    for table in &block.examples {
        let Some((names, rows)) = table.split_first() else { continue };
        for row in rows {
            number += 1;
            let values = names.iter().map(String::as_str).zip(row.iter().map(String::as_str)).collect();
            let steps = background.iter().cloned().chain(block.steps.iter().map(|step| step.filled(&values))).collect();
            scenarios.push(Scenario { key: format!("{key} #{number}"), tags: block.tags.clone(), steps });
        }
    }
}

fn read_blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut tags: Vec<String> = Vec::new();
    let mut lines = text.lines();
    while let Some(raw) = lines.next() {
        let line = raw.trim();
        if line.is_empty() || line.starts_with('#') || line.starts_with("Feature:") {
            continue;
        }
        if line.starts_with('@') {
            tags.extend(line.split_whitespace().map(str::to_owned));
        } else if line == "Background:" {
            blocks.push(Block { is_background: true, ..Block::default() });
        } else if let Some(name) = line.strip_prefix("Scenario Outline:").or_else(|| line.strip_prefix("Scenario:")) {
            blocks.push(Block { name: name.trim().to_owned(), tags: std::mem::take(&mut tags), ..Block::default() });
        } else if let Some(block) = blocks.last_mut() {
            read_into(block, line, raw, &mut lines);
        }
    }
    blocks
}

fn read_into<'t>(block: &mut Block, line: &str, raw: &str, lines: &mut impl Iterator<Item = &'t str>) {
    const WORDS: [&str; 5] = ["Given ", "When ", "Then ", "And ", "But "];
    if line.starts_with("Examples:") {
        block.examples.push(Vec::new());
    } else if line.starts_with('|') {
        let table = match block.examples.last_mut() {
            Some(table) => table,
            None => &mut block.steps.last_mut().expect("a table belongs to a step").table,
        };
        table.push(cells(line));
    } else if line == "\"\"\"" {
        let indent = raw.len() - raw.trim_start().len();
        let doc: Vec<&str> = lines
            .take_while(|line| line.trim() != "\"\"\"")
            .map(|line| line.get(indent..).filter(|_| line[..indent].trim().is_empty()).unwrap_or(line.trim_start()))
            .collect();
        block.steps.last_mut().expect("a text belongs to a step").doc = Some(doc.join("\n"));
    } else if let Some(text) = WORDS.iter().find_map(|word| line.strip_prefix(word)) {
        block.steps.push(Step { text: text.trim().to_owned(), ..Step::default() });
    }
}

/// The cells of a table row; `\|`, `\\` and `\n` are escapes.
fn cells(line: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut letters = line.trim().trim_start_matches('|').chars();
    while let Some(letter) = letters.next() {
        match letter {
            '|' => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            '\\' => match letters.next() {
                Some(escaped @ ('|' | '\\')) => cell.push(escaped),
                Some('n') => cell.push('\n'),
                Some(other) => cell.extend(['\\', other]),
                None => cell.push('\\'),
            },
            other => cell.push(other),
        }
    }
    cells
}
